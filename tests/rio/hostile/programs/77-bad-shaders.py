"""Paints with shaders that are none, of a megabyte, and of depths that no compiler has."""
# ends: done
# scene:
SOURCES = (
    "}", "vec4 color(vec2 at) {", "\0", "#version 100", "#include </etc/passwd>", "void main() {}", "(" * 50_000,
    "vec4 color(vec2 at) { return " + "(" * 9_000 + "vec4(1)" + ")" * 9_000 + "; }",
    "vec4 color(vec2 at) { return color(at); }", "vec4 color(vec2 at) { vec4 x[1 << 28]; return x[int(time)]; }",
    "uniform sampler2D secret; vec4 color(vec2 at) { return texture(secret, at); }", "x" * (1 << 20),
    "#define A B B\n#define B C C\n#define C A A\nvec4 color(vec2 at) { return A; }",
)  # fmt: skip
for number, source in enumerate(SOURCES):
    try:
        shader(source, name=f"bad {number}", size=50)
    except Exception as error:
        print(type(error).__name__)

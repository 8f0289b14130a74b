"""A Julia set, painted by a shader; drag anywhere to choose another, or let it wander."""

SOURCE = """
vec3 paint(float t) {                                  // a palette of cosines
    return 0.52 + 0.48 * cos(6.2832 * (t + vec3(0.0, 0.12, 0.24)));
}
vec4 color(vec2 at) {
    vec2 z = (at - 0.5) * vec2(3.3, 3.3 * size.y / size.x), c = vec2(values[0], values[1]);
    float near = 1e9;
    int i = 0;
    for (; i < 90 && dot(z, z) < 40.0; i++) {
        z = vec2(z.x * z.x - z.y * z.y, 2.0 * z.x * z.y) + c;
        near = min(near, dot(z, z));
    }
    if (i == 90) return vec4(paint(0.55 + 0.35 * sqrt(near)) * 0.35, 1.0);
    float smooth_ = float(i) + 1.0 - log2(log2(dot(z, z)) * 0.5);
    return vec4(paint(0.58 + 0.021 * smooth_) * min(1.0, 0.12 + 0.055 * smooth_), 1.0);
}
"""
picture = shader(SOURCE, name="picture", at=(640, 360), size=(1280, 720), values=(-0.79, 0.15))

with window("Julia set", name="panel", at=(1090, 110)):
    wander = checkbox("wander", value=False)
    said = text("", font="mono")
turn = 2.6


def show(re, im):
    picture.values = (re, im)
    said.text = f"c = {re:+.3f} {im:+.3f}i"


@on_frame
def go(dt):
    global turn
    if wander.value:  # along the edge of the Mandelbrot set, where it is most beautiful
        turn += 0.15 * dt
        show(0.5 * cos(turn) - 0.2525 * cos(2 * turn), 0.5 * sin(turn) - 0.2525 * sin(2 * turn))


@picture.on_drag
def choose(event):
    wander.value = False
    show(3.3 * (event.x / 1280 - 0.5), 1.86 * (event.y / 720 - 0.5))


show(-0.79, 0.15)

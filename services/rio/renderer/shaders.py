"""The renderer's GLSL 3.30, in pairs of vertex and fragment source; `gpu.Program` puts the version line before them.

The world is computed in linear light and toned at the end of each fragment, so that a picture needs no second pass.
Fragments marked FINE are drawn at rest: shadows that soften with their distance. Drafts take four taps instead.
"""

_FULL = """
out vec2 uv;
void main() { uv = vec2(gl_VertexID & 1, gl_VertexID >> 1); gl_Position = vec4(uv * 2.0 - 1.0, 0.0, 1.0); }
"""

_TONE = """
// Colours as they were meant while they are not too bright; beyond, they fade to white (Khronos PBR Neutral).
vec3 toned(vec3 c) {
    float low = min(c.r, min(c.g, c.b));
    c -= 0.8 * (low < 0.08 ? low - 6.25 * low * low : 0.04);
    float peak = max(c.r, max(c.g, c.b)), held = 1.0 - 0.0576 / (max(peak, 0.76) - 0.52);
    if (peak > 0.76) c = mix(vec3(held), c * (held / peak), 1.0 / (0.15 * (peak - held) + 1.0));
    return sqrt(max(c, 0.0));
}
float grain(vec2 p) { return fract(52.9829189 * fract(dot(p, vec2(0.06711056, 0.00583715)))); }
// What keeps slow gradients free of bands: a 4 by 4 pattern of less than one step, which a PNG hardly notices.
float quarter(vec2 p) { return fract(0.5 * p.x + 0.75 * p.y * p.y); }
float even(vec2 p) { p = floor(p); return (0.25 * quarter(floor(0.5 * p)) + quarter(p) - 0.47) / 255.0; }
"""

BACKGROUND = (
    _FULL,
    _TONE
    + """
in vec2 uv; out vec4 pixel; uniform vec3 color; uniform float aspect;
void main() {
    vec3 c = color * color;
    vec2 off = (uv - vec2(0.5, 0.58)) * vec2(0.62 * aspect, 1.0);
    float glow = exp(-2.6 * dot(off, off)), depth = smoothstep(0.0, 1.0, uv.y);
    float wall = mix(0.42, 0.72, depth) + 0.75 * glow, paper = mix(0.94, 1.0, glow);
    c *= mix(wall, paper, smoothstep(0.05, 0.6, max(c.r, max(c.g, c.b))));  // what is light already is lit evenly
    pixel = vec4(sqrt(c) + even(gl_FragCoord.xy), 1.0);
}""",
)

_PLACED = """
layout(location=0) in vec3 corner; layout(location=1) in vec3 direction;
layout(location=2) in vec4 row0; layout(location=3) in vec4 row1; layout(location=4) in vec4 row2;
layout(location=5) in vec4 extent; layout(location=6) in vec4 color;      // extent: size, and whether it casts a shadow
uniform mat4 camera; uniform float bevel;
vec3 size = extent.xyz;
#ifdef MESH
vec3 hand = vec3(1.0);
#else
vec3 hand = vec3(dot(cross(row0.xyz, row1.xyz), row2.xyz) < 0.0 ? -1.0 : 1.0, 1.0, 1.0);  // mirrored they are the same
#endif
vec3 placed() {
    float soft = bevel * min(size.x, min(size.y, size.z));
    vec4 p = vec4(hand * (corner * (0.5 * size - soft) + soft * direction), 1.0);
    return vec3(dot(row0, p), dot(row1, p), dot(row2, p));
}
"""

DEPTH = (  # `least`: what is less opaque lets the light through
    _PLACED
    + """
uniform float least;
void main() {
    gl_Position = extent.w > 0.0 && color.a > least ? camera * vec4(placed(), 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
}""",
    "void main() {}",
)

# How near the floor the things above each place of it are: seen from below, gathered over a disc.
CONTACT = (
    _FULL,
    """
in vec2 uv; out vec4 pixel; uniform sampler2D below; uniform float spread;
void main() {
    float sum = 0.0, all = 0.0;
    for (int i = 0; i < 40; ++i) {
        float far = sqrt((float(i) + 0.5) / 40.0), turn = float(i) * 2.399963, weight = 1.0 - 0.75 * far;
        float height = texture(below, uv + spread * far * vec2(cos(turn), sin(turn))).r;
        sum += weight * exp(-4.5 * height) * step(height, 0.999);
        all += weight;
    }
    pixel = vec4(sum / all);
}""",
)

_SUN = """
uniform sampler2DShadow sunny; uniform sampler2D blockers;
uniform vec3 sharp;                                       // bias, lamp's breadth by depth, least softness; in map units
float sun(vec4 s) {
    vec3 p = s.xyz * 0.5 + 0.5;
    if (p.z > 1.0 || any(lessThan(p.xy, vec2(0.0))) || any(greaterThan(p.xy, vec2(1.0)))) return 1.0;
    float z = p.z - sharp.x, soft = sharp.z, lit = 0.0;
#ifdef FINE
    float spin = 6.2831853 * grain(gl_FragCoord.xy), near = 0.0, found = 0.0;
    for (int i = 0; i < 8; ++i) {
        float a = spin + float(i) * 2.399963;
        float d = texture(blockers, p.xy + 0.025 * sqrt((float(i) + 0.5) / 8.0) * vec2(cos(a), sin(a))).r;
        if (d < z) { near += d; found += 1.0; }
    }
    int taps = found > 0.0 ? 24 : 0;                      // a loop that ends early is skipped, a branch is not
    soft += sharp.y * (p.z - near / max(found, 1.0));
    for (int i = 0; i < taps; ++i) {
        float a = spin + float(i) * 2.399963;
        lit += texture(sunny, vec3(p.xy + soft * sqrt((float(i) + 0.5) / 24.0) * vec2(cos(a), sin(a)), z));
    }
    return taps > 0 ? lit / 24.0 : 1.0;
#else
    soft += 0.004;
    for (int i = 0; i < 4; ++i)
        lit += texture(sunny, vec3(p.xy + soft * (vec2(i & 1, i >> 1) - 0.5), z));
    return 0.25 * lit;
#endif
}
"""

_FLOOR_VERTEX = """
uniform mat4 camera; uniform mat4 sunlight; uniform vec3 middle; uniform float reach; uniform vec4 part;
out vec4 shade; out vec2 off; out vec3 place;
void main() {
    off = mix(part.xy, part.zw, vec2(gl_VertexID & 1, gl_VertexID >> 1));
    place = middle + reach * vec3(off.x, 0.0, -off.y);
    shade = sunlight * vec4(place, 1.0); gl_Position = camera * vec4(place, 1.0);
}"""

_FLOOR = """
in vec4 shade; in vec2 off; in vec3 place; out vec4 pixel;
uniform vec3 color; uniform vec3 key; uniform vec3 toward; uniform float fill;
vec3 everywhere = fill * vec3(0.36, 0.37, 0.42);
float here() { float fade = 1.0 - smoothstep(0.10, 1.0, length(off)); return fade * fade; }
vec3 straight() { return key * max(toward.y, 0.0) * 2.0; }
"""

# The floor in the light, over the background, and what darkens it again: colours to multiply with.
FLOOR = (
    _FLOOR_VERTEX,
    _TONE
    + _FLOOR
    + """
void main() {
    float e = even(gl_FragCoord.xy);
    pixel = vec4(sqrt(color * (everywhere + straight())) + e, here() + 2.0 * e);
}""",
)

_TOUCHED = """
uniform sampler2D contact; uniform vec3 touch;            // the map of what stands on the floor: its middle and scale
float touched(vec3 p) {
    vec2 c = vec2(p.x - touch.x, touch.y - p.z) * touch.z + 0.5;
    return all(lessThan(abs(c - 0.5), vec2(0.5))) ? 0.9 * texture(contact, c).r : 0.0;
}
"""

SHADE = (
    _FLOOR_VERTEX,
    _TONE
    + _SUN
    + _TOUCHED
    + _FLOOR
    + """
void main() {
    vec3 left = (everywhere + straight() * sun(shade)) * (1.0 - touched(place)) / (everywhere + straight());
    pixel = vec4(mix(vec3(1.0), sqrt(left), here()), 1.0);
}""",
)

_SOLID_VERTEX = (
    _PLACED
    + """
uniform mat4 sunlight;
out vec3 place; out vec3 normal; out vec4 paint; out vec4 shade;
#ifdef MESH
layout(location=7) in vec4 tint; layout(location=8) in vec2 spot;
out vec2 look;
#endif
void main() {
    place = placed();
    vec3 n = hand * (bevel > 0.0 ? direction : direction / max(size, vec3(1e-4)));
    n /= vec3(row0.x * row0.x + row1.x * row1.x + row2.x * row2.x, row0.y * row0.y + row1.y * row1.y + row2.y * row2.y,
              row0.z * row0.z + row1.z * row1.z + row2.z * row2.z) + 1e-12;
    normal = vec3(dot(row0.xyz, n), dot(row1.xyz, n), dot(row2.xyz, n));
    paint = color; shade = sunlight * vec4(place, 1.0); gl_Position = camera * vec4(place, 1.0);
#ifdef MESH
    paint *= tint; look = vec2(spot.x, 1.0 - spot.y);
#endif
}"""
)

_SOLID_FRAGMENT = (
    _TONE
    + _SUN
    + _TOUCHED
    + """
in vec3 place; in vec3 normal; in vec4 paint; in vec4 shade; out vec4 pixel;
uniform vec3 eye; uniform vec3 toward; uniform vec3 key; uniform vec2 ground;    // ground: height, and how high is far
uniform vec3 lamps[3]; uniform vec3 glows[3]; uniform int count; uniform float fill;
// The room that a smooth surface mirrors: a bright ceiling light, a pale horizon, a dark floor.
vec3 room(vec3 d) {
    float up = d.y * 0.5 + 0.5;
    vec3 c = mix(vec3(0.10, 0.11, 0.14), vec3(0.62, 0.68, 0.80), smoothstep(0.42, 0.95, up));
    return c + vec3(1.9, 1.85, 1.75) * smoothstep(0.80, 0.93, dot(d, normalize(toward + vec3(0.0, 0.45, 0.0))));
}
#ifdef MESH
in vec2 look; uniform sampler2D image; uniform float front;   // front: 1, or -1 if the surface is mirrored
#endif
void main() {
    vec4 own = paint;
    vec3 n = normalize(normal), v = normalize(eye - place);
#ifdef MESH
    own *= texture(image, look);
    if (own.a < 0.5 * paint.a) discard;
    if (gl_FrontFacing != (front > 0.0)) n = -n;              // a surface is seen from both sides
#endif
    vec3 base = own.rgb * own.rgb;
    float facing = dot(n, toward), lit = facing > 0.0 ? sun(shade) * facing : 0.0;
    float height = max(place.y - ground.x, 0.0) / ground.y;
    float open = 1.0 - 0.55 * exp(-3.5 * height) * (0.65 - 0.35 * n.y);                 // the floor is near: less light
    if (height < 0.03 && n.y > 0.9) open *= 1.0 - touched(place);                       // a sheet that lies on it
    vec3 sky = mix(vec3(0.20, 0.18, 0.19), vec3(0.58, 0.64, 0.76), 0.5 + 0.5 * n.y) * open;
    vec3 bounce = vec3(0.11, 0.10, 0.10) * max(-n.y, 0.0);
    vec3 light = (0.78 * sky + bounce) * fill + key * lit * 2.05 * (0.4 + 0.6 * open);
    for (int i = 0; i < count; ++i) {
        vec3 way = lamps[i] - place;
        light += glows[i] * max(dot(n, normalize(way)), 0.0) * 1.6;
    }
    float edge = 1.0 - max(dot(n, v), 0.0), fresnel = 0.035 + 0.965 * edge * edge * edge * edge * edge;
    vec3 mirrored = room(reflect(-v, n)) * open * fresnel * fill * 0.75;
    float shine = max(dot(n, normalize(toward + v)), 0.0);
    for (int i = 0; i < 6; ++i) shine *= shine;           // to the power of 64
    shine *= 0.42 * lit;
    pixel = vec4(toned(base * light + mirrored + shine * key), own.a);
}"""
)

SOLID = (_SOLID_VERTEX, _SOLID_FRAGMENT)

# Flat things, one instance for each rectangle (0), ellipse (1), stretch of a line (2) or of a border (3), letter (4).
# `form`: kind, corner radius, border's width, and for letters the size of the text that their picture was made for.
# `part`: a stretch's two ends, or a letter's place and size in that text. `extra`: an anchor, or a letter's picture.
# Letters are drawn with LETTERS defined; llvmpipe computes both sides of a branch, so shapes alone do without.
LETTERS = "#define LETTERS\n"
PICTURE = "#define PICTURE\n"  # and pictures, which are rectangles, with this
FLAT = (
    """
layout(location=0) in vec3 row0; layout(location=1) in vec3 row1; layout(location=2) in vec3 size;
layout(location=3) in vec4 color; layout(location=4) in vec4 form; layout(location=5) in vec4 part;
layout(location=6) in vec4 extra; layout(location=7) in vec4 edge; layout(location=8) in float opacity;
uniform vec2 view; uniform float ratio;                   // the view in logical pixels, and real pixels for each
out vec2 local; out vec2 letter; out vec4 paint; flat out vec4 rim; flat out vec4 shape; flat out vec4 how;
flat out vec4 beside;                                     // of a stretch: where those before and after it lead
void main() {
    beside = vec4(0.0);
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1), at = vec2(row0.z, row1.z);
    mat2 turn = mat2(row0.x, row1.x, row0.y, row1.y), lie = mat2(1.0);
    float soft = 1.0 / max(sqrt(abs(determinant(turn))) * ratio, 1e-6);
    vec2 extent = 0.5 * size.xy, middle = -extra.xy * extent;
    float bend = min(form.y, min(extent.x, extent.y));
    paint = color; rim = edge; letter = vec2(0.0);
    how = vec4(1.0, 1.0, soft, form.z);                   // what a place is scaled by, softness, border
    shape = vec4(extent, bend, opacity);
    if (form.x > 3.5) {                                   // a letter, on whole pixels if it is as large as its picture
        float grow = size.x / form.w;
        extent = 0.5 * part.zw * grow; middle = part.xy * grow + extent;
        if (abs(row0.y) + abs(row1.x) < 1e-5 && abs(grow * row0.x * ratio - 1.0) < 0.001)
            at = floor(at * ratio + 0.5) / ratio;
        letter = mix(extra.xy, extra.zw, corner);
        soft = 0.0; how.w = -1.0;
    } else if (form.x > 1.5) {                            // a stretch: a capsule that lies from one end to the other
        vec2 way = part.zw - part.xy; float far = length(way);
        bend = 0.5 * (form.x > 2.5 ? form.z : size.x);
        vec2 along = far > 0.0 ? way / far : vec2(1.0, 0.0);
        lie = mat2(along, -along.y, along.x);
        middle = 0.5 * (part.xy + part.zw); extent = vec2(0.5 * far + bend, bend);
        if (form.x > 2.5) paint = rim;
        how.w = 0.0; shape.xyz = vec3(extent, bend);
        beside.xy = extra.xy == part.xy ? vec2(1e30) : (extra.xy - middle) * lie;    // far away: there is none
        beside.zw = extra.zw == part.zw ? vec2(1e30) : (extra.zw - middle) * lie;
    } else if (form.x > 0.5) {                            // an ellipse: a circle once its places are scaled
        float least = min(extent.x, extent.y);
        how.xy = least / max(extent, vec2(1e-6)); shape.xyz = vec3(least);
    }
    local = (corner * 2.0 - 1.0) * (extent + soft);
    vec2 p = at + turn * (middle + lie * local);
    gl_Position = vec4(p.x / view.x * 2.0 - 1.0, 1.0 - p.y / view.y * 2.0, 0.0, 1.0);
}""",
    """
in vec2 local; in vec2 letter; in vec4 paint; flat in vec4 rim; flat in vec4 shape; flat in vec4 how;
flat in vec4 beside; uniform sampler2D letters; out vec4 pixel;
float apart(vec2 p, vec2 a, vec2 b) {                     // how far a place is from a stretch
    vec2 way = b - a;
    return distance(p, a + way * clamp(dot(p - a, way) / max(dot(way, way), 1e-12), 0.0, 1.0));
}
bool is_nearest() {                                       // whether no neighbour of this stretch is nearer
    vec2 end = vec2(shape.x - shape.z, 0.0);
    float own = apart(local, -end, end), near = 1e-3 * how.z;
    bool before = beside.x < 1e29 && apart(local, beside.xy, -end) <= own + near;
    return !before && !(beside.z < 1e29 && apart(local, end, beside.zw) < own - near);
}
vec4 filled() {
#ifdef PICTURE                                            // its colours come multiplied with their opacity
    vec4 seen = texture(letters, 0.5 + 0.5 * local / max(shape.xy, vec2(1e-6)));
    return paint * vec4(seen.rgb / max(seen.a, 1e-4), seen.a);
#else
    return paint;
#endif
}
void main() {
    vec4 fill = filled();
    vec2 p = local * how.xy, q = abs(p) - shape.xy + shape.z;
    float d = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - shape.z;       // to the outline, negative inside
    d *= dot(p, p) / max(dot(how.xy, p * p), 1e-6) / how.z;                  // in pixels
    float border = rim.a * clamp(0.5 + d + how.w / how.z, 0.0, 1.0) * step(1e-4, how.w);   // it lies on what fills
    float cover = border + fill.a * (1.0 - border);
    pixel.rgb = mix(fill.rgb, rim.rgb, border / max(cover, 1e-4));
    pixel.a = cover * shape.w * clamp(0.5 - d, 0.0, 1.0);
    if (beside != vec4(0.0) && !is_nearest()) pixel.a = 0.0;
#ifdef LETTERS
    if (how.w < -0.5) pixel = vec4(paint.rgb, paint.a * shape.w * texture(letters, letter).r);
#endif
}""",
)

# Areas: triangles whose outline is drawn out by half a pixel and fades; `off` is that way out, `cover` 1 inside.
AREA = (
    """
layout(location=0) in vec3 row0; layout(location=1) in vec3 row1; layout(location=2) in vec4 color;
layout(location=3) in vec2 at; layout(location=4) in vec3 off;
uniform vec2 view; uniform float ratio; out vec4 paint; out float cover;
void main() {
    mat2 turn = mat2(row0.x, row1.x, row0.y, row1.y);
    float soft = 1.0 / max(sqrt(abs(determinant(turn))) * ratio, 1e-6);
    vec2 p = vec2(row0.z, row1.z) + turn * (at + soft * off.xy);
    paint = color; cover = off.z;
    gl_Position = vec4(p.x / view.x * 2.0 - 1.0, 1.0 - p.y / view.y * 2.0, 0.0, 1.0);
}""",
    """
in vec4 paint; in float cover; out vec4 pixel;
void main() { pixel = vec4(paint.rgb, paint.a * cover); }""",
)

# Dots: one vertex each. In the view `camera` is flat; in the world they hide each other and are as large near as far.
# SPECKS are dots too small to be round.
_DOT = """
layout(location=0) in vec3 at; uniform mat4 camera; uniform float size;
void main() { gl_PointSize = size; gl_Position = camera * vec4(at, 1.0); }"""
SPECKS = (
    _DOT,
    """
uniform vec4 color; out vec4 pixel;
void main() { pixel = color; }""",
)
DOTS = (
    _DOT,
    """
uniform vec4 color; uniform float size; out vec4 pixel;
void main() {
    float d = (length(gl_PointCoord - 0.5) - 0.5) * size, cover = clamp(0.5 - d, 0.0, 1.0);
    if (cover < 0.02) discard;
    pixel = vec4(color.rgb, color.a * cover);
}""",
)

# Lines of the world: each stretch turned toward the viewer, of one thickness in pixels near and far.
STRETCH = (
    """
layout(location=0) in vec3 begin; layout(location=1) in vec3 end;
layout(location=2) in vec4 row0; layout(location=3) in vec4 row1; layout(location=4) in vec4 row2;
layout(location=5) in vec3 size; layout(location=6) in vec4 color;
uniform mat4 camera; uniform vec2 view; out vec4 paint;
vec4 seen(vec3 p) {
    vec4 q = vec4(p, 1.0);
    return camera * vec4(dot(row0, q), dot(row1, q), dot(row2, q), 1.0);
}
void main() {
    vec4 a = seen(begin), b = seen(end), p = gl_VertexID < 2 ? a : b;
    vec2 way = (b.xy / b.w - a.xy / a.w) * view;
    vec2 along = length(way) > 0.0 ? normalize(way) : vec2(1.0, 0.0);
    vec2 aside = vec2(-along.y, along.x) * (gl_VertexID % 2 == 0 ? 1.0 : -1.0);
    aside += along * (gl_VertexID < 2 ? -0.5 : 0.5);
    p.xy += aside * max(size.x, 1.0) / view * p.w;
    paint = color; gl_Position = p;
}""",
    """
in vec4 paint; out vec4 pixel;
void main() { pixel = paint; }""",
)


def meshed(sources: tuple[str, str]) -> tuple[str, str]:
    """As they are drawn on a surface of any shape, with colours of its own."""
    return "#define MESH\n" + sources[0], "#define MESH\n" + sources[1]


def fine(sources: tuple[str, str]) -> tuple[str, str]:
    """As they are drawn at rest."""
    return sources[0], "#define FINE\n" + sources[1]

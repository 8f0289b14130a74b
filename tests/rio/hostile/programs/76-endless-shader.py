"""Paints with a shader that never comes to its end."""
# slow: make soak
# ends: done
# scene:
shader("vec4 color(vec2 at) { float x = 0; while (time >= 0) x = fract(x + 0.1); return vec4(x); }", size=200)

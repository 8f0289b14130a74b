"""Makes polygons of 4096 places, of which every side crosses every other."""
# slow: make soak
# ends: done
# scene:
for _ in range(5):
    polygon([(random.random() * 320, random.random() * 240) for _ in range(4096)], border=10)

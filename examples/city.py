"""A city, seen as in an old game: streets, towers, parks, and cars on their way."""

background("#bfd7ea", floor=False)
camera((60, 52, 60), (0, 0.6, 0), fov=12.6)
random.seed(14)
plane(at=(0, 0, 0), size=23, color="#495267")
TOWERS = ["#e63946", "#f1faee", "#a8dadc", "#457b9d", "#ffb703", "#fb8500", "#e9c46a", "#d8e2dc"]

for i in range(6):
    for j in range(6):
        x, z = 3.6 * (i - 2.5), 3.6 * (j - 2.5)
        is_park = (i, j) in ((1, 4), (4, 2), (3, 3))
        box(at=(x, 0.08, z), size=(2.6, 0.16, 2.6), color="#80b918" if is_park else "#d9d9d9")
        for dx in (-0.62, 0.62):
            for dz in (-0.62, 0.62):
                if is_park:
                    cylinder(at=(x + dx, 0.35, z + dz), size=(0.16, 0.5, 0.16), color="#7f5539")
                    cone(at=(x + dx, 1.05, z + dz), size=(0.95, 1.3, 0.95), color="#2b9348")
                    continue
                near = max(0, 1 - hypot(x + 2, z + 2) / 11)
                high = random.uniform(0.6, 1.8) + 5.5 * near**2 * random.uniform(0.4, 1.2)
                box(at=(x + dx, 0.16 + high / 2, z + dz), size=(1.0, high, 1.0), color=random.choice(TOWERS))
                if high > 2.6:
                    box(at=(x + dx, 0.2 + high, z + dz), size=(0.6, 0.4, 0.6), color="#6c757d")

cars = []
for n in range(26):
    car = box(size=(0.8, 0.34, 0.42), color=random.choice(("#d00000", "white", "#ffba08", "#3f88c5")))
    street, along, speed = 3.6 * random.randint(-2, 2), random.uniform(-11, 11), random.choice((-1, 1)) * 2.4
    car.rotate = 0 if n % 2 else 90
    cars.append((car, n % 2, street + (0.25 if speed > 0 else -0.25), along, speed))
time_ = 0


@on_frame
def drive(dt):
    global time_
    time_ += dt
    for car, is_across, street, along, speed in cars:
        way = (along + speed * time_ + 11.4) % 22.8 - 11.4
        car.at = (way, 0.18, street) if is_across else (street, 0.18, way)

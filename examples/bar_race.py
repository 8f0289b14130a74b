"""A race of bars: the ten largest cities of the world, from 1950 to 2020 (millions of people)."""

YEARS = [1950, 1970, 1990, 2010, 2020]
CITIES = {
    "Tokyo": [11.3, 23.3, 32.5, 36.9, 37.4],
    "New York": [12.3, 16.2, 16.1, 18.4, 18.8],
    "Delhi": [1.4, 3.5, 9.4, 21.9, 30.3],
    "Shanghai": [4.3, 6.0, 8.6, 20.3, 27.1],
    "São Paulo": [2.3, 7.6, 14.8, 19.7, 22.0],
    "Mexico City": [3.4, 8.8, 15.6, 20.1, 21.8],
    "Cairo": [2.5, 5.6, 9.9, 16.9, 20.9],
    "Mumbai": [3.1, 6.4, 12.4, 18.3, 20.4],
    "Osaka": [7.0, 15.3, 18.4, 19.3, 19.2],
    "London": [8.4, 7.5, 6.8, 8.0, 9.3],
}
HUES = ["#ef476f", "#f78c6b", "#ffd166", "#83d483", "#06d6a0", "#0cb0a9", "#118ab2", "#4f6fd8", "#8f6fd8", "#c86fc9"]

background("#fbf9f4")
text("The largest cities", at=(70, 58), size=40, font="bold", color="#22223b", anchor="left")
text("millions of people", at=(70, 100), size=20, color="#7a7790", anchor="left")
clock = text("1950", name="year", at=(1220, 640), size=130, font="bold", color="#dcd8cf", anchor="right")

lanes = {}
for i, (city, color) in enumerate(zip(CITIES, HUES, strict=True)):
    bar_ = rect(at=(230, 160 + 54 * i), size=(1, 40), anchor="left", radius=7, color=color)
    label = text(city, at=(215, 160 + 54 * i), size=21, color="#22223b", anchor="right")
    number = text("", at=(240, 160 + 54 * i), size=19, color="#55536b", anchor="left")
    lanes[city] = [bar_, label, number, float(i)]
year = 1950.0


@on_frame
def race(dt):
    global year
    year = min(2020, year + 7 * dt)
    people = {city: np.interp(year, YEARS, numbers) for city, numbers in CITIES.items()}
    order = sorted(people, key=people.get, reverse=True)
    for city, (bar_, label, number, place) in lanes.items():
        lanes[city][3] = place = place + (order.index(city) - place) * min(1, 6 * dt)
        y, width = 160 + 54 * place, 24 * people[city]
        bar_.size = (width, 40)
        bar_.at, label.at, number.at = (230, y), (215, y), (242 + width, y)
        number.text = f"{people[city]:.1f}"
    clock.text = f"{year:.0f}"
    if year == 2020:
        stop(race)

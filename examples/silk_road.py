"""The Silk Road: a map with markers, the way through them, and a caravan on it. Drag and zoom the map."""

background("#5b4636")
CITIES = {  # latitude, longitude
    "Venice": (45.44, 12.33),
    "Constantinople": (41.01, 28.98),
    "Trebizond": (41.0, 39.72),
    "Tabriz": (38.08, 46.29),
    "Merv": (37.66, 62.19),
    "Samarkand": (39.65, 66.98),
    "Kashgar": (39.47, 75.99),
    "Dunhuang": (40.14, 94.66),
    "Lanzhou": (36.06, 103.83),
    "Chang'an": (34.27, 108.95),
}
places = np.array(list(CITIES.values()))
with map(
    name="world", at=(640, 335), size=(1180, 570), center=(38.5, 61), zoom=3.75, water="#9db9bd", land="#efe2c4"
) as world:
    line(places, color="#c98a6b", size=2)
    for city, place in CITIES.items():
        marker(place, city, color="#7a1f14")
    caravan = marker(places[0], "", name="caravan", color="#1f4e5f", size=20)
world.radius, world.border, world.border_color = 18, 6, "#c9a66b"

text("The Silk Road", at=(50, 672), size=44, font="bold", color="#f3e3c3", anchor="left")
said = text("", at=(1230, 672), size=24, font="italic", color="#d9bf94", anchor="right")
steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
along = np.concatenate(((0,), np.cumsum(steps)))
way = 0.0


@on_frame
def travel(dt):
    """As far as the camels go in the time; at the end, home again."""
    global way
    way = (way + 6 * dt) % along[-1]
    caravan.at = [np.interp(way, along, places[:, axis]) for axis in (0, 1)]
    leg = int(np.searchsorted(along, way, side="right")) - 1
    names = list(CITIES)
    said.text = f"day {way * 4:.0f}: from {names[leg]} to {names[leg + 1]}"

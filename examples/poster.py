"""A poster: shapes and words that lie over one another."""

background("#f3e9dc")
circle(name="sun", at=(860, 250), size=420, color="#e4572e")
for i in range(8):  # the sun sinks into stripes
    y = 90 + 15 * i
    rect(at=(860, 250 + y), size=(2 * sqrt(max(211**2 - y**2, 0)), 3 + i), color="#f6ecdf")
polygon([(0, 720), (0, 560), (280, 330), (520, 560), (640, 470), (900, 720)], color="#1b3a4b")
polygon([(500, 720), (860, 480), (1010, 590), (1150, 510), (1280, 600), (1280, 720)], color="#2d5d73")
polygon([(280, 330), (345, 392), (300, 410), (270, 385), (236, 400), (218, 382)], color="#f3e9dc")
text("nordlys", at=(80, 120), size=110, color="#1b3a4b", font="bold", anchor="left")
text("a festival of light and quiet", at=(86, 200), size=30, color="#e4572e", font="italic", anchor="left")
line((86, 236), (330, 236), color="#1b3a4b", size=3)
text("Tromsø\n21 – 24 November", at=(86, 282), size=26, color="#1b3a4b", anchor="left")
for x, y in np.random.default_rng(4).uniform((560, 40), (1260, 200), (14, 2)):
    circle(at=(x, y), size=5, color="#1b3a4b", opacity=0.5)

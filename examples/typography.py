"""Words in many sizes, styles and alphabets."""

background("#fffdf7")
INK, RED = "#1d1d1f", "#c1121f"
text("Aa", at=(70, 190), size=330, font="bold", color=INK, anchor="left")
text("g", at=(470, 150), size=330, font="italic", color=RED, anchor="left")
line((70, 345), (640, 345), color=INK, size=2)
text("The quick brown fox jumps over the lazy dog", at=(70, 382), size=26, color=INK, anchor="left")
text("The quick brown fox jumps over the lazy dog", at=(70, 420), size=26, color=INK, font="bold", anchor="left")
text("The quick brown fox jumps over the lazy dog", at=(70, 458), size=26, color=INK, font="italic", anchor="left")
text("The quick brown fox jumps over the dog", at=(70, 496), size=26, color=INK, font="mono", anchor="left")

x = 70
for size in (12, 16, 20, 26, 34, 44, 58, 76):
    text("size", at=(x, 660), size=size, color=RED if size == 34 else INK, anchor="bottom left")
    x += 1.9 * size + 16

GREETINGS = ["Grüß dich", "Bonjour", "¡Hola!", "Čau", "Cześć", "Γειά σου", "Здравствуй", "Xin chào", "Merhaba", "Þökk"]
for i, words in enumerate(GREETINGS):
    text(words, at=(760, 60 + 47 * i), size=34, color=INK if i % 2 else RED, anchor="left")
text("∑ ∫ √ ≈ ≠ ∞ π Ω", at=(760, 560), size=36, color=INK, anchor="left")
text("← ↑ → ↓  € £ ¥  § ¶ † ©", at=(760, 612), size=36, color=INK, anchor="left")
text("½ ¼ x² H₂O  “quoted” – 10 °C", at=(760, 664), size=32, color=INK, anchor="left")

"""A robot arm: every joint carries the next, and a slider turns each."""

background("#c9d1d9")
camera((4.4, 4.0, 9.4), (1.9, 1.75, 0), fov=33)
STEEL, ORANGE = "#30363d", "#f77f00"

cylinder(at=(0, 0.15, 0), size=(2, 0.3, 2), color=STEEL)
base = group(name="base", at=(0, 0.3, 0))
cylinder(parent=base, at=(0, 0.35, 0), size=(1.2, 0.7, 1.2), color=ORANGE)
shoulder = group(name="shoulder", parent=base, at=(0, 0.9, 0))
elbow = group(name="elbow", parent=shoulder, at=(0, 2.2, 0))
wrist = group(name="wrist", parent=elbow, at=(0, 1.8, 0))

for joint, size in ((shoulder, 0.85), (elbow, 0.68), (wrist, 0.5)):
    cylinder(parent=joint, size=(size, 0.75, size), rotate=(90, 0, 0), color=STEEL)
box(parent=shoulder, at=(0, 1.1, 0), size=(0.5, 1.9, 0.5), color=ORANGE)
box(parent=elbow, at=(0, 0.9, 0), size=(0.4, 1.5, 0.4), color=ORANGE)
box(parent=wrist, at=(0, 0.4, 0), size=(0.7, 0.16, 0.5), color=STEEL)
fingers = [box(parent=wrist, at=(x, 0.75, 0), size=(0.12, 0.6, 0.4), color="#adb5bd") for x in (-0.24, 0.24)]
box(name="crate", at=(3.0, 0.35, 0.7), size=0.7, rotate=20, color="#a98467")

with window("Joints", name="joints", at=(1060, 210)):
    turn = slider("Base", low=-180, high=180, value=-12, size=(300, 0))
    bend = slider("Shoulder", low=-90, high=90, value=-28, size=(300, 0))
    fold = slider("Elbow", low=-150, high=150, value=-75, size=(300, 0))
    tilt = slider("Wrist", low=-120, high=120, value=-60, size=(300, 0))
    grip = slider("Grip", low=0.1, high=0.3, value=0.24, size=(300, 0))


def pose():
    base.rotate = turn.value
    shoulder.rotate = (0, 0, bend.value)
    elbow.rotate = (0, 0, fold.value)
    wrist.rotate = (0, 0, tilt.value)
    for side, finger in zip((-1, 1), fingers, strict=True):
        finger.x = side * grip.value


for knob in (turn, bend, fold, tilt, grip):
    knob.on_change(pose)
pose()

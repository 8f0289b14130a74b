"""Asks ten thousand times for the network, the namespace and a device, none of which was granted."""
# ends: done
# prints: refused \d+
refused = 0
for number in range(10_000):
    ask = (lambda: http("http://127.0.0.1:5641/"), lambda: ns("/n/secret").read(), lambda: device("camera").read())
    try:
        ask[number % 3]()
    except Exception:
        refused += 1
print("refused", refused)

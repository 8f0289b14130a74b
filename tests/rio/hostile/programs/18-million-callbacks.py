"""Has a million functions called each millisecond."""
# ends: functions are waiting to be called already
for i in range(1_000_000):

    @every(0.001)
    def _():
        pass

"""Fetches a page, in each way that Python knows."""
# prints: nothing
import ftplib, http.client, smtplib, urllib.request

done = []
for fetch in (
    lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1),
    lambda: urllib.request.urlopen(f"file://{home}/.ssh/id").read(),
    lambda: http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect(),
    lambda: smtplib.SMTP("127.0.0.1", port, timeout=1),
    lambda: ftplib.FTP("127.0.0.1", timeout=1),
):
    try:
        done.append(fetch())
    except OSError:
        continue
print(done or "nothing")

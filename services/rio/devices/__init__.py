"""The process that holds cameras, pins and serial ports. It may hang or die with its hardware; the display does not."""

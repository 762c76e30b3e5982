// Small drawings, 16 by 16; always beside words, so hidden from screen readers.
import { draw } from "./elements.js";

const PATHS = {
  clock: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 5v3.2l2.2 1.4",
  sending: "M2.5 7.5 13.5 2.5 9.5 13.5 7.5 8.9zM7.5 8.9l3-3.2",
  sent: "M3 8.5l3.2 3.2L13 5",
  delivered: "M1.5 8.7l2.8 2.8 5.6-6M7.3 11.3l.4.4L14.5 5",
  failed: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M5.9 5.9l4.2 4.2M10.1 5.9 5.9 10.1",
  unknown: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M6.4 6.4a1.6 1.6 0 1 1 2.3 1.5c-.5.2-.7.5-.7 1M8 11v.1",
  canceled: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M4.2 4.2l7.6 7.6",
  muted: "M3 6.2h2L8.2 3.5v9L5 9.8H3zM10.6 6.4l3 3.2M13.6 6.4l-3 3.2",
  paused: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M6.6 6v4M9.4 6v4",
  warning: "M8 2.7 14 13H2zM8 6.5v3M8 11.2v.1",
  info: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 7.4v3.4M8 5.2v.1",
  good: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M5.4 8.2l1.9 1.9 3.4-3.8",
  again: "M12.8 6.2A5.2 5.2 0 1 0 13.2 9M13 3v3.3H9.7",
  back: "M10 3.5 5.5 8l4.5 4.5",
  next: "M6 3.5 10.5 8 6 12.5",
  plus: "M8 3.5v9M3.5 8h9",
  note: "M4 2.5h5.5L12.5 5.5v8h-8.5zM6 7h4.5M6 9.5h4.5",
  file: "M8 2.5v7M5 6.8 8 9.8l3-3M3 12.8h10",
  report: "M3 13V8.5M8 13V3M13 13V6",
  people: "M6 8a2.3 2.3 0 1 0 0-4.6A2.3 2.3 0 0 0 6 8M1.8 13c.3-2.2 2-3.3 4.2-3.3s3.9 1.1 4.2 3.3M10.5 3.7a2.2 2.2 0 0 1 0 4M12 9.9c1.3.4 2.1 1.5 2.3 3.1",
  chat: "M2.5 3.5h11V11h-6l-3 2.5V11h-2z",
};

export function icon(name) {
  return draw(
    "svg",
    { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" },
    draw("path", { d: PATHS[name] }),
  );
}

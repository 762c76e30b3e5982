"""Texts on a page that stand out too little to be read (https://www.w3.org/TR/WCAG22/#contrast-minimum)."""

FAINT_TEXTS = """() => {
  const shade = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = shade(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const contrast = (node) => {
    const [one, other] = [light(shade(getComputedStyle(node).color)), light(ground(node))];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };
  const kinds = "p, a, b, code, h1, h2, h3, h4, h5, dt, dd, td, th, li, span, small, label, time, button, div";
  return [...document.querySelectorAll(kinds)]
    .filter((node) => node.checkVisibility() && [...node.childNodes].some(
      (part) => part.nodeType === 3 && part.data.trim()))
    .filter((node) => contrast(node) < 4.5)
    .map((node) => `${node.className || node.tagName} ${node.textContent.slice(0, 20)}: ${contrast(node).toFixed(2)}`);
}"""
"""Run in a page: returns them with their contrast, which has to be 4.5 at least."""

// Colours and hatchings on the canvas: those of the pictures, light or dark.

/** The inks of a theme. */
class Inks {
  constructor(looks) {
    this.looks = looks;
    this.refresh();
  }

  /** Reads the colours of the theme that the page has now. */
  refresh() {
    const style = getComputedStyle(document.documentElement);
    const named = ["ink", "quiet", "grid", "axis", "alarm", "path", "paper", "level", "under-level", "panel", "accent", "marked"];
    named.forEach((name) => (this[name] = style.getPropertyValue(`--${name}`).trim()));
    const theme = document.documentElement.dataset.theme === "dark" ? "dark" : "light";
    this.states = this.looks.map(({ name, hatch, [theme]: colours }) => ({
      ...colours,
      name,
      hatch,
      fill: hatch === null ? colours.ground : tile(colours.ground, colours.line, hatch),
      packed: packed(colours.flat),
    }));
  }
}

function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** A colour as a pixel of an image: red in the lowest byte. */
function packed(colour) {
  const [red, green, blue] = channels(colour);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** A hatching as a tile of 6 by 6 pixels, drawn finer for finer screens. */
function tile(ground, line, hatch) {
  const fine = 2;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 6 * fine;
  const context = canvas.getContext("2d");
  context.scale(fine, fine);
  context.fillStyle = ground;
  context.fillRect(0, 0, 6, 6);
  if (hatch === "dots") {
    context.fillStyle = line;
    for (const at of [1.5, 4.5]) {
      context.beginPath();
      context.arc(at, at, 1, 0, 7);
      context.fill();
    }
  } else {
    context.strokeStyle = line;
    context.lineWidth = 1.2;
    context.stroke(new Path2D(hatch));
  }
  const pattern = context.createPattern(canvas, "repeat");
  pattern.setTransform(new DOMMatrix().scale(1 / fine));
  return pattern;
}

// Colours and hatchings on the canvas: those of the pictures, and on dark paper the same
// hues on a dark ground.

/** The inks of a theme. */
class Inks {
  constructor(looks) {
    this.looks = looks;
    this.refresh();
  }

  /** Reads the colours of the theme that the page has now. */
  refresh() {
    const style = getComputedStyle(document.documentElement);
    const named = ["ink", "quiet", "grid", "axis", "alarm", "path", "paper", "panel", "accent", "marked", "shade"];
    named.forEach((name) => (this[name] = style.getPropertyValue(`--${name}`).trim()));
    const dark = document.documentElement.dataset.theme === "dark";
    this.states = this.looks.map((look) => this.state(look, dark));
  }

  state(look, dark) {
    const hatched = look.hatch !== null;
    let { ground, flat, label, halo, edge } = look;
    if (dark && hatched) {
      ground = mixed(this.paper, look.line, 0.28);
      flat = mixed(this.paper, look.line, 0.75);
      [label, halo] = [this.ink, ground];
    }
    if (dark && look.name === "new") [ground, flat, label, halo] = [this.panel, this.panel, this.ink, null];
    if (dark && look.name === "new") edge = this.axis;
    const state = { name: look.name, ground, flat, label, halo, edge, hatch: look.hatch, line: look.line };
    state.fill = hatched ? tile(ground, look.line, look.hatch) : ground;
    state.packed = packed(flat);
    return state;
  }
}

/** So much of the second colour on the first. */
function mixed(ground, colour, share) {
  const parts = channels(ground).map((channel, i) => Math.round(channel * (1 - share) + channels(colour)[i] * share));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
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

import { drawClock, wallMs } from './clock.js';

const BARS = ['#e9ecef', '#ffd43b', '#3bc9db', '#69db7c', '#da77f2', '#ff8787', '#4c6ef5'];

/** The test sound's beep lasts this long into each second; the picture flashes with it. */
export const BEEP_MS = 80;

/**
 * Paints one frame: the clock row, colour bars, a sweeping hand, a ball on its way, the time of day and the frame number.
 * Everything that moves is a function of the time, so that a late frame shows the right moment.
 */
export function paint(context, width, height, frame) {
  const timeMs = wallMs();
  const second = timeMs / 1000;
  const unit = height / 36;

  context.fillStyle = '#12202b';
  context.fillRect(0, 0, width, height);
  BARS.forEach((colour, i) => {
    context.fillStyle = colour;
    context.fillRect((i * width) / BARS.length, height - 6 * unit, width / BARS.length + 1, 6 * unit);
  });
  paintBall(context, width, height, unit, second);
  paintHand(context, width - 9 * unit, 14 * unit, 6 * unit, second, timeMs % 1000 < BEEP_MS);

  context.fillStyle = '#f1f3f5';
  context.textBaseline = 'alphabetic';
  context.font = `600 ${5 * unit}px ui-monospace, "DejaVu Sans Mono", monospace`;
  context.fillText(timeOfDay(timeMs), 3 * unit, 15.5 * unit);
  context.font = `${1.8 * unit}px system-ui, "DejaVu Sans", sans-serif`;
  context.fillStyle = '#a5d8ff';
  context.fillText(`Spillway test picture   ${width}×${height}   frame ${frame}`, 3 * unit, 19 * unit);
  drawClock(context, width, wallMs());
}

function paintBall(context, width, height, unit, second) {
  const phase = (second / 4) % 2;
  const x = (phase < 1 ? phase : 2 - phase) * (width - 6 * unit) + 3 * unit;
  const y = height - 7.6 * unit - Math.abs(Math.sin(second * Math.PI)) * 5 * unit;
  context.fillStyle = '#ff922b';
  context.beginPath();
  context.arc(x, y, 1.6 * unit, 0, 2 * Math.PI);
  context.fill();
}

function paintHand(context, x, y, radius, second, flash) {
  const angle = (second % 1) * 2 * Math.PI;
  context.fillStyle = flash ? '#ffffff' : '#1b3a4b';
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = '#3bc9db';
  context.beginPath();
  context.moveTo(x, y);
  context.arc(x, y, radius * 0.9, angle - Math.PI / 2 - 0.5, angle - Math.PI / 2);
  context.closePath();
  context.fill();
}

function timeOfDay(timeMs) {
  const date = new Date(timeMs);
  const two = (n) => String(n).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${Math.floor(date.getMilliseconds() / 100)}`;
}

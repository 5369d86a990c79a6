// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from 'preact/hooks';
import type { History } from './history.js';

export interface PlotProps {
  history: History;
  limits: readonly number[];  // possible ends of the vertical axis, ascending
  unit: string;
  label: string;  // what a screen reader says
}

interface Frame {
  context: CanvasRenderingContext2D;
  left: number;
  width: number;
  height: number;
  line: string;
  grid: string;
  text: string;
}

const margin = { left: 46, right: 10, top: 8, bottom: 22 };
const gap = 300;  // ms without a sample after which the curve is interrupted

// A curve over the last seconds that moves with time even when no samples come, so that it never
// looks live when it is not. Colours come from the style sheet (--plot-line, --plot-grid, --muted).
export function Plot(props: PlotProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    let request = 0;
    const draw = () => {
      if (canvas.current) drawPlot(canvas.current, latest.current);
      request = requestAnimationFrame(draw);
    };
    draw();
    return () => cancelAnimationFrame(request);
  }, []);
  return <canvas ref={canvas} class="plot" role="img" aria-label={props.label} />;
}

function drawPlot(canvas: HTMLCanvasElement, { history, limits, unit }: PlotProps): void {
  const frame = prepare(canvas);
  const limit = history.scale(limits);
  drawGrid(frame, history.span, limit, unit);
  drawCurve(frame, history, limit);
}

function prepare(canvas: HTMLCanvasElement): Frame {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  const style = getComputedStyle(canvas);
  return {
    context,
    left: margin.left,
    width: canvas.clientWidth - margin.left - margin.right,
    height: canvas.clientHeight - margin.top - margin.bottom,
    line: style.getPropertyValue('--plot-line'),
    grid: style.getPropertyValue('--plot-grid'),
    text: style.getPropertyValue('--muted'),
  };
}

function drawGrid(frame: Frame, span: number, limit: number, unit: string): void {
  const { context } = frame;
  context.strokeStyle = frame.grid;
  context.fillStyle = frame.text;
  context.font = '12px system-ui, sans-serif';
  context.lineWidth = 1;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const part of [1, 0.5, 0, -0.5, -1]) {
    const y = Math.round(vertical(frame, limit, part * limit)) + 0.5;
    stroke(context, [[frame.left, y], [frame.left + frame.width, y]]);
    context.fillText(`${part * limit}${unit}`.replace('-', '−'), frame.left - 6, y);
  }
  context.textBaseline = 'top';
  const seconds = span / 1000;
  for (let second = 0; second <= seconds; second += 2) {
    const x = Math.round(frame.left + frame.width * (1 - second / seconds)) + 0.5;
    stroke(context, [[x, margin.top], [x, margin.top + frame.height]]);
    context.textAlign = second === 0 ? 'right' : 'center';
    context.fillText(second === 0 ? 'now' : `−${second} s`, x, margin.top + frame.height + 6);
  }
}

function drawCurve(frame: Frame, history: History, limit: number): void {
  const { context } = frame;
  const now = Date.now();
  context.strokeStyle = frame.line;
  context.lineWidth = 2;
  context.lineJoin = 'round';
  context.beginPath();
  let previous = -Infinity;
  for (const { time, value } of history.points) {
    const x = frame.left + frame.width * (1 - (now - time) / history.span);
    if (x < frame.left) continue;
    const y = vertical(frame, limit, value);
    if (time - previous > gap) context.moveTo(x, y);
    else context.lineTo(x, y);
    previous = time;
  }
  context.stroke();
}

function vertical(frame: Frame, limit: number, value: number): number {
  return margin.top + (frame.height / 2) * (1 - value / limit);
}

function stroke(context: CanvasRenderingContext2D, points: [number, number][]): void {
  context.beginPath();
  points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

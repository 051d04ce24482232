/* The chart of a [data-chart]: JSON columns of seconds, charged and refunded in data-values. */
(() => {
  'use strict';
  for (const at of document.querySelectorAll('[data-chart]')) {
    const values = JSON.parse(at.dataset.values);
    at.hidden = false;
    const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });
    const axis = {
      stroke: color('--soft'),
      grid: { stroke: color('--line'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui, sans-serif',
    };
    const number = new Intl.NumberFormat('en');
    const bars = uPlot.paths.bars({ size: [0.7, 24], radius: 0.15 });
    const size = () => ({ width: at.clientWidth - 40, height: 200 });
    const draw = () => new uPlot({
      ...size(),
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { y: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] } },
      axes: [
        { ...axis, grid: { show: false }, values: (_, all) => all.map((it) => day.format(it * 1000)), space: 70 },
        { ...axis, values: (_, all) => all.map((it) => number.format(it)), size: 56 },
      ],
      series: [
        { label: 'Day', value: (_, it) => (it == null ? '–' : day.format(it * 1000)) },
        { label: 'Charged', fill: color('--accent'), paths: bars, points: { show: false }, value: (_, it) => (it == null ? '–' : number.format(it)) },
        { label: 'Refunded', fill: color('--warn-line'), paths: bars, points: { show: false }, value: (_, it) => (it == null ? '–' : number.format(it)) },
      ],
    }, values, at);
    let chart = draw();
    addEventListener('resize', () => chart.setSize(size()));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      chart.destroy();
      chart = draw();
    });
  }
})();

// Draws the charts that stand in the page: points with error bars, joined by lines. D3 stands before this script.
(function () {
  'use strict';
  // Okabe and Ito's colours: distinct to colour-blind readers. As in chart_svg.cpp.
  const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#1b1f24', '#8c8c00'];
  const marks = ['circle', 'square', 'triangle-up', 'diamond', 'triangle-down', 'cross'];
  const dashes = [null, '7 4', '2 3', '9 3 2 3'];
  const colourOf = i => colours[i % colours.length];
  const number = value => String(+value.toPrecision(6));

  function scale(axis, pixels) {
    return (axis.logarithmic ? d3.scale.log().base(2) : d3.scale.linear()).domain(axis.range).range(pixels);
  }

  function axisOf(axis, along, orient, length) {
    const drawn = d3.svg.axis().scale(along).orient(orient).tickSize(-length, 0).tickPadding(8);
    if (axis.ticks.length > 0) {
      const labels = {};
      axis.ticks.forEach(t => { labels[t.at] = t.label; });
      return drawn.tickValues(axis.ticks.map(t => t.at)).tickFormat(d => labels[d]);
    }
    return axis.logarithmic ? drawn.ticks(6, '.3g') : drawn.ticks(8);
  }

  function draw(chart, index) {
    const named = chart.series.filter(s => s.name !== '');
    const legendWidth = named.length === 0 ? 0 : 44 + 7.2 * d3.max(named, s => s.name.length);
    const slanted = chart.x.slant ? 16 + 2.6 * d3.max(chart.x.ticks, t => t.label.length) : 0;
    const margin = {top: 44, right: 24 + legendWidth, bottom: 60 + slanted, left: 72};
    const size = {width: 1160, height: Math.max(460, 110 + 22 * named.length)};
    const width = size.width - margin.left - margin.right, height = size.height - margin.top - margin.bottom;
    const figure = d3.select('#chart-' + index);
    const svg = figure.insert('svg', 'figcaption').attr('viewBox', '0 0 ' + size.width + ' ' + size.height)
      .attr('role', 'img').attr('aria-label', chart.title);
    const plot = svg.append('g').attr('transform', 'translate(' + margin.left + ',' + margin.top + ')');
    const x = scale(chart.x, [0, width]), y = scale(chart.y, [height, 0]);

    plot.append('g').attr('class', 'axis').attr('transform', 'translate(0,' + height + ')')
      .call(axisOf(chart.x, x, 'bottom', height))
      .selectAll('text').attr('transform', chart.x.slant ? 'rotate(-20)' : null)
      .style('text-anchor', chart.x.slant ? 'end' : 'middle');
    plot.append('g').attr('class', 'axis').call(axisOf(chart.y, y, 'left', width));
    plot.append('text').attr('class', 'title').attr({x: width / 2, y: height + 46 + slanted}).attr('text-anchor', 'middle')
      .text(chart.x.title);
    plot.append('text').attr('class', 'title').attr({x: -56, y: -18}).text(chart.y.title);

    chart.series.forEach((series, i) => {
      const group = plot.append('g').attr('class', 'series').attr('stroke', colourOf(i));
      if (series.joined) {
        group.append('path').attr('d', d3.svg.line().x(p => x(p.x)).y(p => y(p.y))(series.points)).attr('fill', 'none')
          .attr('stroke-width', 2).attr('stroke-dasharray', dashes[Math.floor(i / colours.length) % dashes.length]);
      }
      const points = group.selectAll('g').data(series.points).enter().append('g');
      points.append('path').attr('d', p => 'M' + x(p.x) + ',' + y(p.low) + 'V' + y(p.high)).attr('stroke-width', 1.4);
      points.append('path').attr('d', d3.svg.symbol().type(marks[i % marks.length]).size(46))
        .attr('transform', p => 'translate(' + x(p.x) + ',' + y(p.y) + ')').attr('fill', colourOf(i))
        .append('title').text(p => (series.name ? series.name + ': ' : '') + number(p.y) +
          (p.high > p.low ? ' (' + number(p.low) + ' to ' + number(p.high) + ')' : '') +
          (chart.x.ticks.length > 0 ? '' : ' at ' + number(p.x)));
    });
    named.forEach((series, row) => {
      const i = chart.series.indexOf(series);
      const item = plot.append('g').attr('transform', 'translate(' + (width + 26) + ',' + (8 + 22 * row) + ')');
      item.append('path').attr('d', d3.svg.symbol().type(marks[i % marks.length]).size(60)).attr('fill', colourOf(i));
      item.append('text').attr('class', 'label').attr({x: 14, y: 5}).text(series.name);
    });
  }

  JSON.parse(document.getElementById('charts').textContent).forEach(draw);
})();

// Draws the pictures of the report from the results that stand in the page. D3 stands before this script.
(function () {
  'use strict';
  const results = JSON.parse(document.getElementById('results').textContent);
  const designs = results.designs;

  // Okabe and Ito's colours for designs, Paul Tol's "muted" scheme for parts: distinct to colour-blind readers.
  const designColours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#1b1f24', '#8c8c00'];
  const partColours = ['#332288', '#88ccee', '#44aa99', '#117733', '#999933', '#ddcc77', '#cc6677', '#882255', '#aa4499',
    '#bbbbbb', '#777777', '#1b1f24', '#e8c4a2', '#dddddd'];
  const colourOf = name => designColours[designs.findIndex(d => d.name === name) % designColours.length];
  const number = value => {
    if (Math.abs(value) >= 1000) return d3.format(',.0f')(value);
    return d3.format(Math.abs(value) >= 100 ? '.0f' : Math.abs(value) >= 10 ? '.1f' : '.2f')(value);
  };

  function canvas(id, width, height, margin) {
    const figure = d3.select('#' + id);
    const svg = figure.insert('svg', 'figcaption').attr('viewBox', '0 0 ' + width + ' ' + height).attr('role', 'img')
      .attr('aria-label', figure.select('figcaption').text());
    return {
      plot: svg.append('g').attr('transform', 'translate(' + margin.left + ',' + margin.top + ')'),
      width: width - margin.left - margin.right,
      height: height - margin.top - margin.bottom
    };
  }

  // A picture of which no design has the numbers.
  function hide(id) { d3.select('#' + id).style('display', 'none'); }

  function axes(c, x, y, xTitle, yTitle, ticks) {
    const xAxis = d3.svg.axis().scale(x).orient('bottom').ticks(ticks || 8).tickFormat(d => d % 1 && ticks ? '' : d3.format(',')(d)).tickSize(-c.height, 0).tickPadding(8);
    const yAxis = d3.svg.axis().scale(y).orient('left').ticks(6).tickSize(-c.width, 0).tickPadding(8);
    c.plot.append('g').attr('class', 'axis').attr('transform', 'translate(0,' + c.height + ')').call(xAxis);
    c.plot.append('g').attr('class', 'axis').call(yAxis);
    c.plot.append('text').attr('class', 'title').attr('x', c.width / 2).attr('y', c.height + 42)
      .attr('text-anchor', 'middle').text(xTitle);
    c.plot.append('text').attr('class', 'title').attr('y', -14).attr('x', -44).text(yTitle);
  }

  function padded(values, share) {
    const low = d3.min(values), high = d3.max(values);
    const pad = (high - low || Math.abs(high) || 1) * share;
    return [low - pad, high + pad];
  }

  // Accuracy x energy x area: the question the whole report answers.
  function tradeOff() {
    const points = designs.filter(d => d.values.energy_per_mac_pj !== null && d.values.test_accuracy_percent !== null &&
      d.values.area_mm2 !== null);
    if (points.length === 0) return hide('trade-off');
    const c = canvas('trade-off', 1160, 440, {top: 40, right: 40, bottom: 56, left: 64});
    const reference = results.reference;
    const accuracies = points.map(d => d.values.test_accuracy_percent);
    if (reference) accuracies.push(reference.test_accuracy_percent);
    const x = d3.scale.linear().domain([0, d3.max(points, d => d.values.energy_per_mac_pj) * 1.18]).range([0, c.width]);
    const y = d3.scale.linear().domain(padded(accuracies, 0.45)).range([c.height, 0]).nice();
    const area = d3.scale.sqrt().domain([0, d3.max(points, d => d.values.area_mm2)]).range([0, 46]);
    axes(c, x, y, 'Energy per multiply-accumulate, pJ  (left is better)', 'Test accuracy, %  (up is better)');
    if (reference) {
      const at = y(reference.test_accuracy_percent);
      c.plot.append('line').attr('class', 'reference').attr({x1: 0, x2: c.width, y1: at, y2: at});
      c.plot.append('text').attr('class', 'note').attr({x: 8, y: at - 6})
        .text('FP32, same code: ' + d3.format('.2f')(reference.test_accuracy_percent) + ' %');
    }
    const front = points.filter(d => d.pareto).sort((a, b) => a.values.energy_per_mac_pj - b.values.energy_per_mac_pj);
    c.plot.append('path').attr('class', 'front').attr('d', d3.svg.line()
      .x(d => x(d.values.energy_per_mac_pj)).y(d => y(d.values.test_accuracy_percent))(front));
    const marks = c.plot.selectAll('.design').data(points).enter().append('g').attr('class', 'design')
      .attr('transform', d => 'translate(' + x(d.values.energy_per_mac_pj) + ',' + y(d.values.test_accuracy_percent) + ')');
    marks.append('circle').attr('r', d => area(d.values.area_mm2)).attr('stroke', d => colourOf(d.name))
      .attr('stroke-width', 2).attr('fill', d => d.pareto ? colourOf(d.name) : '#ffffff').attr('fill-opacity', 0.28);
    marks.append('circle').attr('r', 3).attr('fill', d => colourOf(d.name));
    marks.append('title').text(d => d.name + ': ' + number(d.values.test_accuracy_percent) + ' %, ' +
      number(d.values.energy_per_mac_pj) + ' pJ per MAC, ' + number(d.values.area_mm2) + ' mm²');
    const leftOf = d => x(d.values.energy_per_mac_pj) > 0.72 * c.width;  // there the text would leave the picture
    const beside = d => (leftOf(d) ? -1 : 1) * (area(d.values.area_mm2) + 8);
    const label = marks.append('text').attr('x', beside).attr('y', -2).attr('text-anchor', d => leftOf(d) ? 'end' : 'start');
    label.append('tspan').attr('class', 'label').text(d => d.name);
    label.append('tspan').attr('class', 'note').attr('x', beside).attr('dy', 16)
      .text(d => number(d.values.energy_per_mac_pj) + ' pJ · ' + d3.format('.2f')(d.values.test_accuracy_percent) + ' % · ' +
        number(d.values.area_mm2) + ' mm²');
  }

  // Test accuracy after each epoch.
  function learning() {
    const curves = designs.filter(d => d.accuracy_by_epoch.length > 0)
      .map(d => ({name: d.name, values: d.accuracy_by_epoch, colour: colourOf(d.name)}));
    if (curves.length === 0) return hide('learning');
    const c = canvas('learning', 560, 320, {top: 40, right: 124, bottom: 56, left: 56});
    if (results.reference) curves.push({name: 'FP32', values: results.reference.accuracy_by_epoch, colour: '#59636e', dash: '7 4'});
    const all = d3.merge(curves.map(d => d.values));
    const epochs = d3.max(curves, d => d.values.length);
    const x = d3.scale.linear().domain([1, Math.max(epochs, 2)]).range([0, c.width]);
    const y = d3.scale.linear().domain(padded(all, 0.08)).range([c.height, 0]).nice();
    axes(c, x, y, 'Epoch', 'Test accuracy, %', Math.min(epochs, 10));
    const line = d3.svg.line().x((d, i) => x(i + 1)).y(d => y(d));
    const ends = spread(curves.map(d => y(d.values[d.values.length - 1])), 15);
    curves.forEach((curve, i) => {
      c.plot.append('path').attr('d', line(curve.values)).attr('fill', 'none').attr('stroke', curve.colour)
        .attr('stroke-width', 2).attr('stroke-dasharray', curve.dash || null);
      c.plot.selectAll(null).data(curve.values).enter().append('circle').attr('cx', (d, k) => x(k + 1)).attr('cy', y)
        .attr('r', 2.6).attr('fill', curve.colour).append('title')
        .text((d, k) => curve.name + ', epoch ' + (k + 1) + ': ' + d3.format('.2f')(d) + ' %');
      c.plot.append('text').attr('class', 'label').attr('x', c.width + 8).attr('y', ends[i] + 4).attr('fill', curve.colour)
        .style('fill', curve.colour).text(curve.name);
    });
  }

  // Moves labels apart so that no two are closer than `gap`.
  function spread(positions, gap) {
    const order = positions.map((p, i) => i).sort((a, b) => positions[a] - positions[b]);
    const moved = positions.slice();
    for (let i = 1; i < order.length; i++) {
      moved[order[i]] = Math.max(moved[order[i]], moved[order[i - 1]] + gap);
    }
    return moved;
  }

  // One horizontal bar a design, stacked of its parts. `parts` gives order and colours, so that pictures that share
  // it agree; `titles` says in words what a part is. The legend has `columns` columns.
  function stacked(id, key, title, parts, titles, columns) {
    const rows = designs.filter(d => Object.keys(d[key]).length > 0);
    if (rows.length === 0) return hide(id);
    const legendRows = Math.ceil(parts.length / columns);
    const left = 16 + 7.6 * d3.max(rows, d => d.name.length);
    const c = canvas(id, 560, 96 + rows.length * 44 + legendRows * 20, {top: 34, right: 64, bottom: 56 + legendRows * 20, left: left});
    const colour = d3.scale.ordinal().domain(parts).range(partColours);
    const total = d => d3.sum(parts, p => d[key][p] || 0);
    const x = d3.scale.linear().domain([0, d3.max(rows, total)]).range([0, c.width]).nice();
    const y = d3.scale.ordinal().domain(rows.map(d => d.name)).rangeRoundBands([0, c.height], 0.34);
    const xAxis = d3.svg.axis().scale(x).orient('bottom').ticks(5).tickSize(-c.height, 0).tickPadding(8);
    c.plot.append('g').attr('class', 'axis').attr('transform', 'translate(0,' + c.height + ')').call(xAxis);
    c.plot.append('text').attr('class', 'title').attr('x', -left).attr('y', -14).text(title);
    rows.forEach(d => {
      let from = 0;
      parts.forEach(p => {
        const value = Math.max(0, d[key][p] || 0);  // a library may credit a part with a trifle below zero
        c.plot.append('rect').attr({x: x(from), y: y(d.name), width: x(from + value) - x(from), height: y.rangeBand()})
          .attr('fill', colour(p)).append('title')
          .text(d.name + ', ' + titles(p) + ': ' + number(value) + ' (' + d3.format('.1f')(100 * value / total(d)) + ' %)');
        from += value;
      });
      c.plot.append('text').attr('class', 'label').attr({x: -10, y: y(d.name) + y.rangeBand() / 2 + 4})
        .attr('text-anchor', 'end').text(d.name);
      c.plot.append('text').attr('class', 'note').attr({x: x(from) + 6, y: y(d.name) + y.rangeBand() / 2 + 4})
        .text(number(total(d)));
    });
    const legend = c.plot.append('g').attr('transform', 'translate(' + -left + ',' + (c.height + 38) + ')');
    parts.forEach((p, i) => {
      const item = legend.append('g').attr('transform',
        'translate(' + (i % columns) * 560 / columns + ',' + Math.floor(i / columns) * 20 + ')');
      item.append('rect').attr({width: 11, height: 11, y: 1}).attr('fill', colour(p));
      item.append('text').attr('class', 'note').attr({x: 17, y: 11}).text(titles(p));
    });
  }

  // All parts that any design has under any of the keys, in the order of their first mention.
  function partNames(keys) {
    const names = [];
    keys.forEach(key => designs.forEach(d => Object.keys(d[key]).forEach(p => {
      if (names.indexOf(p) < 0) names.push(p);
    })));
    return names;
  }

  d3.selectAll('.swatch').style('background', function () { return colourOf(this.getAttribute('data-design')); });
  tradeOff();
  learning();
  stacked('cycles', 'cycles_by_cause', 'Cycles by cause', partNames(['cycles_by_cause']), p => results.cycle_causes[p] || p, 1);
  const units = partNames(['area_by_unit', 'energy_per_mac_by_unit']);
  const unitTitle = p => p.replace(/_/g, ' ');
  stacked('area', 'area_by_unit', 'Cell area by unit, mm²', units, unitTitle, 3);
  stacked('energy', 'energy_per_mac_by_unit', 'Energy per multiply-accumulate by unit, pJ', units, unitTitle, 3);

  // Paper cannot be clicked on: what is folded away on the screen is printed.
  window.addEventListener('beforeprint', () => d3.selectAll('details').attr('open', ''));
})();

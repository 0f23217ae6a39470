/* Draws each [data-chart="ID"] from the JSON option in <script id="ID" type="application/json">. */
"use strict";

(function () {
  if (!window.echarts) return;
  const css = getComputedStyle(document.documentElement);
  const token = (name) => css.getPropertyValue(name).trim();
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const axis = {
    axisLine: { lineStyle: { color: token("--line-firm") } },
    axisTick: { show: false },
    axisLabel: { color: token("--ink-soft"), hideOverlap: true },
    splitLine: { lineStyle: { color: token("--line") } },
  };

  echarts.registerTheme("mingbai", {
    color: [token("--deep"), token("--warn-fill"), "#2f8557", token("--seal"), "#6a7f95", "#8d6a9f"],
    textStyle: { fontFamily: token("--sans"), color: token("--ink") },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    legend: { textStyle: { color: token("--ink-soft") } },
    visualMap: { textStyle: { color: token("--ink-soft") } },
    bar: { label: { color: token("--ink"), textBorderWidth: 0 } },
    heatmap: { itemStyle: { borderColor: token("--card") }, label: { color: "#1b2430", textBorderWidth: 0 } },
  });

  /* Tooltips are drawn on the canvas: an HTML one would need inline styles, which the page's policy refuses. */
  function draw(place) {
    const source = document.getElementById(place.dataset.chart);
    if (!source || echarts.getInstanceByDom(place)) return;
    const option = JSON.parse(source.textContent);
    option.animation = option.animation !== false && !calm;
    option.aria = { enabled: true, decal: { show: false }, ...option.aria };
    option.tooltip = { trigger: "axis", ...option.tooltip, renderMode: "richText", confine: true };
    /* Two device pixels at least: what is printed is what was drawn. */
    const chart = echarts.init(place, "mingbai", { devicePixelRatio: Math.max(2, window.devicePixelRatio) });
    chart.setOption(option);
    /* A point that knows where its rows are leads there. */
    chart.on("click", (point) => {
      const address = point.data && point.data.href;
      if (typeof address === "string" && address.startsWith("/") && !address.startsWith("//")) window.location.assign(address);
    });
    new ResizeObserver(() => chart.resize()).observe(place);
  }

  /* A map's shapes are fetched once and named as its series asks; the table beside says the same. */
  const fetched = new Map();
  function shapesOf(address) {
    if (!fetched.has(address)) {
      fetched.set(address, fetch(address, { credentials: "same-origin" }).then((answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      }).then((shapes) => echarts.registerMap("towns", shapes)));
    }
    return fetched.get(address);
  }

  function show(place) {
    const address = place.dataset.shapes;
    if (!address) return draw(place);
    shapesOf(address).then(() => draw(place)).catch(() => { place.textContent = "地图没有取到，请刷新页面；数值见旁表。"; });
  }

  document.querySelectorAll("[data-chart]").forEach(show);
  document.addEventListener("htmx:load", (event) => event.detail.elt.querySelectorAll("[data-chart]").forEach(show));
})();

// Put into every page that is measured. Times are performance.now(): since the navigation began.
window.andonWatch = (() => {
  const all = selector => [...document.querySelectorAll(selector)]
  const isFilled = box => {
    const root = box.shadowRoot ?? [...box.querySelectorAll("*")].find(e => e.shadowRoot)?.shadowRoot
    return Boolean((root ?? box).textContent.trim())
  }
  const isComplete = title => {
    const heading = document.querySelector("h1")
    return (
      document.querySelector(".stApp")?.dataset.testScriptState === "notRunning" &&
      heading && heading.offsetHeight > 0 &&
      (title === null ? heading.classList.contains("a-title") : heading.textContent.trim() === title) &&
      (title !== null || document.querySelector(".wall") !== null) &&
      !document.querySelector("[data-testid=stSkeleton], [data-stale=true]") &&
      all(".stPlotlyChart").every(chart => chart.querySelector(".trace *")) &&
      all("[data-testid=stDataFrame]").every(
        table => table.querySelector("canvas[data-testid=data-grid-canvas]")?.width > 0) &&
      all("[data-testid=stBidiComponentIsolated]").every(isFilled)
    )
  }
  const watch = { clicked: 0 }
  document.addEventListener("click", () => { watch.clicked = performance.now() }, true)
  watch.counts = () => ({
    charts: all(".stPlotlyChart").length,
    tables: all("[data-testid=stDataFrame]").length,
    elements: all(".stElementContainer").length,
  })
  watch.fault = () => document.querySelector(
    "[data-testid=stException], .a-note.fault, .a-note.problem")?.textContent ?? ""
  watch.complete = title => new Promise(done => {
    let since = null
    const look = () => {
      const now = performance.now()
      if (!isComplete(title)) since = null
      else if (since === null) since = now
      else return done(since)
      requestAnimationFrame(look)
    }
    look()
  })
  return watch
})()

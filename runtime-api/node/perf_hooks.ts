const web = globalThis as unknown as Record<string, unknown>;

export const { performance, Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure } = web;
export const { PerformanceObserver, PerformanceObserverEntryList } = web;
export const constants = {};
export default {
  ...{ performance, Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure },
  ...{ PerformanceObserver, PerformanceObserverEntryList, constants },
};

const { console } = globalThis as unknown as { console: Record<string, unknown> };

export const { assert, clear, count, countReset, debug, dir, dirxml, error, group, groupCollapsed, groupEnd } = console;
export const { info, log, table, time, timeEnd, timeLog, trace, warn } = console;
export default console;

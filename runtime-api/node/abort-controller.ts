const web = globalThis as unknown as Record<string, unknown>;

export const { AbortController, AbortSignal } = web;

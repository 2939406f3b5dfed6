const encoder = new TextEncoder();

export default {
  fetch(request: Request): Response {
    const { searchParams } = new URL(request.url);
    const lines = clamp(searchParams.get("lines"), 5, 1_000);
    const everyMs = clamp(searchParams.get("ms"), 200, 5_000);
    return new Response(countdown(lines, everyMs, request.signal), {
      headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
    });
  },
};

/** One line at once and then one every `everyMs`, made only when the client has taken the last one. */
function countdown(lines: number, everyMs: number, gone: AbortSignal): ReadableStream<Uint8Array> {
  let left = lines;
  return new ReadableStream({
    async pull(controller) {
      if (left < lines) await new Promise((resolve) => setTimeout(resolve, everyMs));
      if (gone.aborted) return;
      controller.enqueue(encoder.encode(left === 1 ? "1, and done\n" : `${left}\n`));
      left -= 1;
      if (left === 0) controller.close();
    },
    cancel() {
      console.log(`client went away with ${left} lines left`);
    },
  });
}

function clamp(text: string | null, otherwise: number, atMost: number): number {
  const number = Number.parseInt(text ?? "", 10);
  return number >= 1 ? Math.min(number, atMost) : otherwise;
}

import { Client } from "undici";

export interface PickedResult {
  readonly answered: number;
  readonly failed: number;
}

/** So many GETs of what `next` picks, one after another on each of some connections that are kept alive. */
export async function pickedGets(next: () => string, connections: number, requests: number): Promise<PickedResult> {
  let left = requests;
  let answered = 0;
  const clients = new Map<string, Client[]>();
  const clientOf = (origin: string, i: number): Client => {
    const known = clients.get(origin) ?? [];
    clients.set(origin, known);
    known[i] ??= new Client(origin);
    return known[i];
  };
  async function loop(_: unknown, i: number): Promise<void> {
    while (left-- > 0) {
      const { origin, pathname } = new URL(next());
      if (await isAnswered(clientOf(origin, i), pathname)) answered++;
    }
  }
  try {
    await Promise.all(Array.from({ length: connections }, loop));
  } finally {
    await Promise.all([...clients.values()].flat().map((client) => client.close()));
  }
  return { answered, failed: requests - answered };
}

async function isAnswered(client: Client, path: string): Promise<boolean> {
  try {
    const { statusCode, body } = await client.request({ path, method: "GET" });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false; // Counted as failed.
  }
}

import { gunzipSync, gzipSync, strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { PDFDocument, StandardFonts } from "pdf-lib";

async function pdf(request) {
  const document = await PDFDocument.create();
  const font = await document.embedFont(StandardFonts.Helvetica);
  document.setTitle("Invoice");
  const page = document.addPage([200, 100]);
  page.drawText(await request.text(), { x: 10, y: 50, size: 12, font });
  const again = await PDFDocument.load(await document.save());
  again.addPage([300, 300]);
  return new Response(await again.save(), { headers: { "content-type": "application/pdf" } });
}

async function readPdf(request) {
  const document = await PDFDocument.load(await request.bytes());
  const pages = document.getPages().map((page) => page.getWidth());
  return Response.json({ title: document.getTitle(), pages });
}

async function zip(request) {
  const archive = zipSync({ "a.txt": await request.bytes(), folder: { "b.txt": strToU8("größer") } });
  return new Response(archive, { headers: { "content-type": "application/zip" } });
}

async function unzip(request) {
  const entries = Object.entries(unzipSync(await request.bytes()));
  return Response.json(Object.fromEntries(entries.map(([name, bytes]) => [name, strFromU8(bytes)])));
}

/** Packed by the package and unpacked by the platform, and the other way. */
async function gzip(request) {
  const bytes = await request.bytes();
  const packed = new Blob([gzipSync(bytes)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const platform = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  const byPlatform = gunzipSync(await new Response(platform).bytes());
  return Response.json([await new Response(packed).text(), strFromU8(byPlatform)]);
}

const tests = { "/pdf": pdf, "/read-pdf": readPdf, "/zip": zip, "/unzip": unzip, "/gzip": gzip };

export default { fetch: (request) => tests[new URL(request.url).pathname](request) };

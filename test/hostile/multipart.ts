/** Bodies of uploads that no library would write. */

export const fine = "export default { fetch: () => new Response('fine') };";

export const multipart = { "content-type": "multipart/form-data; boundary=XX" };

export function part(name: string, content: string): string {
  const quoted = name.replaceAll("\\", "\\\\");
  return `--XX\r\ncontent-disposition: form-data; name="${quoted}"\r\n\r\n${content}\r\n`;
}

export function form(...parts: string[]): string {
  return `${parts.join("")}--XX--`;
}

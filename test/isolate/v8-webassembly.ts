/** V8's own WebAssembly, as far as tests compare with it: it is in no library of types that we use. */
interface V8WebAssembly {
  validate(bytes: Uint8Array): boolean;
  readonly Module: {
    new (bytes: Uint8Array): object;
    imports(module: object): { module: string; name: string; kind: string }[];
    exports(module: object): { name: string; kind: string }[];
    customSections(module: object, name: string): ArrayBuffer[];
  };
  readonly Instance: new (module: object, imports?: object) => { readonly exports: object };
  readonly Memory: new (descriptor: object) => { readonly buffer: ArrayBuffer };
}

export const v8 = (globalThis as unknown as { WebAssembly: V8WebAssembly }).WebAssembly;

import type { HostOps } from "../../runtime-api/ops.ts";
import { digest, equalBytes, randomBytes, randomUuid } from "./host-crypto.ts";
import { decode, encodeUtf8, encodingName } from "./host-text.ts";
import { parseUrl, setUrl } from "./host-url.ts";
import { GuestFault, requireText } from "./op-arguments.ts";

/** The ops whose result depends on who asks. The others are pure and shared by all isolates. */
export type TenantOps = Pick<
  HostOps,
  | "respond"
  | "fail"
  | "finish"
  | "entryThrew"
  | "goesOn"
  | "pull"
  | "cancel"
  | "write"
  | "close"
  | "abort"
  | "fetch"
  | "abortFetch"
  | "startTimer"
  | "stopTimer"
  | "startTask"
  | "openCodec"
  | "code"
  | "closeCodec"
  | "log"
  | "limitHit"
  | "loaded"
  | "importModule"
  | "moduleBytes"
  | "subtle"
  | "startHash"
  | "updateHash"
  | "finishHash"
  | "now"
  | "date"
  | "probed"
  | "wasmPages"
  | "limitWasm"
  | "holdWasm"
>;

/** Where the ops of one isolate go; nowhere until a tenant has taken it. */
export interface BridgeTarget extends TenantOps {
  /** An op threw: a fault of Islet, which must not show the guest a host's stack. */
  opFailed(name: string, error: unknown): void;
  /** An op was given what the runtime never gives it: the tenant has replaced what that relies on. */
  tampered(fault: GuestFault): void;
}

interface PartSources {
  partSource(name: string): string | undefined;
}

/** The host's end of one isolate's bridge. Nothing that it hands to the guest ever throws. */
export class Bridge {
  #target: BridgeTarget | undefined;
  /** Compiles a part of the runtime in the midst of an entry, where that can be done. */
  handPart: ((name: string) => boolean) | undefined;
  readonly ops: HostOps;

  constructor(parts: PartSources) {
    const part = (name: string): string | undefined => {
      requireText(name);
      return this.handPart?.(name) ? undefined : parts.partSource(name);
    };
    const tenant = <Name extends keyof TenantOps>(name: Name, otherwise: unknown): TenantOps[Name] => {
      const op = (a: unknown, b: unknown, c: unknown, d: unknown, e: unknown, f: unknown): unknown => {
        const target = this.#target;
        if (target === undefined) return otherwise;
        try {
          return (target[name] as (...args: unknown[]) => unknown)(a, b, c, d, e, f);
        } catch (error) {
          report(target, name, error);
          return otherwise;
        }
      };
      return op as TenantOps[Name];
    };
    const pure =
      <Args extends unknown[], Result>(name: string, run: (...args: Args) => Result, otherwise: Result) =>
      (...args: Args): Result => {
        try {
          return run(...args);
        } catch (error) {
          if (this.#target) report(this.#target, name, error);
          return otherwise;
        }
      };
    const noBytes = new Uint8Array(0);
    this.ops = {
      respond: tenant("respond", undefined),
      fail: tenant("fail", undefined),
      finish: tenant("finish", undefined),
      entryThrew: tenant("entryThrew", undefined),
      goesOn: tenant("goesOn", undefined),
      pull: tenant("pull", undefined),
      cancel: tenant("cancel", undefined),
      write: tenant("write", false),
      close: tenant("close", undefined),
      abort: tenant("abort", undefined),
      fetch: tenant("fetch", 0),
      abortFetch: tenant("abortFetch", undefined),
      startTimer: tenant("startTimer", 0),
      stopTimer: tenant("stopTimer", undefined),
      startTask: tenant("startTask", 0),
      openCodec: tenant("openCodec", 0),
      code: tenant("code", undefined),
      closeCodec: tenant("closeCodec", undefined),
      log: tenant("log", undefined),
      limitHit: tenant("limitHit", undefined),
      loaded: tenant("loaded", undefined),
      importModule: tenant("importModule", 0),
      part: pure("part", part, undefined),
      moduleBytes: tenant("moduleBytes", undefined),
      wasmPages: tenant("wasmPages", 0),
      limitWasm: tenant("limitWasm", false),
      holdWasm: tenant("holdWasm", false),
      parseUrl: pure("parseUrl", parseUrl, undefined),
      setUrl: pure("setUrl", setUrl, ""),
      encodeUtf8: pure("encodeUtf8", encodeUtf8, noBytes),
      decode: pure("decode", decode, undefined),
      encodingName: pure("encodingName", encodingName, undefined),
      randomBytes: pure("randomBytes", randomBytes, noBytes),
      randomUuid: pure("randomUuid", randomUuid, ""),
      digest: pure("digest", digest, noBytes),
      subtle: tenant("subtle", 0),
      startHash: tenant("startHash", 0),
      updateHash: tenant("updateHash", undefined),
      finishHash: tenant("finishHash", undefined),
      equalBytes: pure("equalBytes", equalBytes, false),
      now: tenant("now", 0),
      date: tenant("date", 0),
      probed: tenant("probed", undefined),
    };
  }

  connect(target: BridgeTarget): void {
    this.#target = target;
  }
}

function report(target: BridgeTarget, name: string, error: unknown): void {
  if (error instanceof GuestFault) target.tampered(error);
  else target.opFailed(name, error);
}

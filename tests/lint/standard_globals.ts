/** The global names that every runtime has: what `src/` may use. */
export const STANDARD_GLOBALS: ReadonlySet<string> = new Set(
  `
  undefined NaN Infinity arguments globalThis
  isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI encodeURIComponent

  AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date
  Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Int8Array
  Int16Array Int32Array Iterator JSON Map Math Number Object Promise Proxy RangeError ReferenceError
  Reflect RegExp Set SharedArrayBuffer String Symbol SyntaxError TypeError URIError Uint8Array
  Uint8ClampedArray Uint16Array Uint32Array WeakMap WeakRef WeakSet

  AbortController AbortSignal Blob ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy
  Crypto CryptoKey CustomEvent DOMException DecompressionStream ErrorEvent Event EventTarget File
  FormData Headers MessageChannel MessageEvent MessagePort Performance PromiseRejectionEvent
  ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest
  ReadableStreamDefaultController ReadableStreamDefaultReader Request Response SubtleCrypto
  TextDecoder TextDecoderStream TextEncoder TextEncoderStream TransformStream
  TransformStreamDefaultController URL URLPattern URLSearchParams WebAssembly WritableStream
  WritableStreamDefaultController WritableStreamDefaultWriter
  atob btoa clearInterval clearTimeout console crypto fetch navigator performance queueMicrotask
  reportError self setInterval setTimeout structuredClone
`.trim().split(/\s+/),
);

/** The properties of `import.meta` that every runtime has. */
export const STANDARD_META: ReadonlySet<string> = new Set(["url"]);

/** Names of types that only one runtime has. */
export const HOST_TYPES: ReadonlySet<string> = new Set(["Deno", "NodeJS", "Buffer", "Bun"]);

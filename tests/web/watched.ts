/**
 * Bytes that tell when one of them is looked at.
 *
 * @param bytes What they are.
 * @param look Called for each look at one byte, by its index.
 */
export function watched(bytes: Uint8Array<ArrayBuffer>, look: () => void): Uint8Array<ArrayBuffer> {
  return new Proxy(bytes, {
    get(target, name) {
      if (typeof name === "string" && /^\d+$/.test(name)) look();
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/**
 * A closed-loop HTTP/1.1 client: each connection asks, waits for the answer and asks again with
 * the cookies it was given last. It runs in Node, whose sockets cost the least here: of one core,
 * 65,000 requests a second leave it a third.
 *
 * Takes a {@linkcode LoadPlan} as JSON in its first argument and prints a {@linkcode LoadResult}.
 */

import { Buffer } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import process from "node:process";
import { type AnswerShape, CookieJar, readAnswer, type Reading } from "./http_answer.ts";
import type { LoadPlan, LoadResult } from "./load.ts";

const plan: LoadPlan = JSON.parse(process.argv[2] ?? "");
const shape: AnswerShape = { lengthName: "", cookieName: "" };
const latencies = new Float64Array(8_000_000);
const sharedJar = plan.oneVisitor ? new CookieJar() : undefined;

let measured = 0;
let cookieBytes = 0;
let phase: "prepare" | "warm-up" | "measure" | "end" = "prepare";
const errors: string[] = [];

function fail(message: string): void {
  errors.push(message);
  if (errors.length > 9) finish();
}

class Connection {
  readonly #socket: Socket;
  readonly #jar = sharedJar ?? new CookieJar();
  readonly #prepared: () => void;
  #steps: string[] = [...plan.prepare, plan.path];
  #asked = 0;
  #last = 0;
  #pending = "";

  constructor(prepared: () => void) {
    this.#prepared = prepared;
    const buffer = Buffer.alloc(64 * 1024);
    this.#socket = connect({
      port: plan.port,
      host: "127.0.0.1",
      noDelay: true,
      onread: {
        buffer,
        callback: (length) => {
          this.#onText(buffer.toString("latin1", 0, length));
          return true;
        },
      },
    });
    this.#socket.on("connect", () => {
      if (this.#steps.length === 1) prepared();
      this.#ask();
    });
    this.#socket.on("error", (error) => phase === "end" || fail(error.message));
    this.#socket.on("close", () => phase === "end" || fail("The server closed the connection"));
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(): void {
    const path = this.#steps[0];
    this.#asked = performance.now();
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${plan.port}\r\n${this.#jar.header}\r\n`,
      "latin1",
    );
  }

  #onText(chunk: string): void {
    const text = this.#pending + chunk;
    const answer = readAnswer(text, shape, this.#jar);
    this.#pending = answer === undefined ? text : "";
    if (answer === undefined || phase === "end") return;

    const now = performance.now();
    if (phase === "measure") latencies[measured++] = now - this.#asked;
    this.#check(answer);
    if (this.#steps.length > 1) {
      this.#steps.shift();
      if (this.#steps.length === 1) this.#prepared();
    }
    this.#ask();
  }

  #check({ status, count, text, setsCookie }: Reading): void {
    if (status !== 200) return fail(`Status ${status}`);
    const known = this.#last;
    this.#last = count;
    if (setsCookie) cookieBytes = this.#jar.header.length;
    if (this.#steps.length > 1) return;
    if (plan.mustContain !== "" && !text.includes(plan.mustContain)) {
      return fail(`No ${plan.mustContain} in the page`);
    }
    if (known === 0) return;
    if (plan.counter === "own" && count !== known + 1) fail(`Count ${count} after ${known}`);
    if (plan.counter === "shared" && count <= known) fail(`Count ${count} after ${known}`);
    if (plan.counter === "still" && count !== known) fail(`Count ${count} after ${known}`);
  }
}

let started = 0;
let cpu = process.cpuUsage();
let serverCpu = 0;
let preparing = plan.connections;

function onPrepared(): void {
  if (--preparing > 0) return;
  phase = "warm-up";
  setTimeout(() => {
    if (phase === "end") return;
    phase = "measure";
    started = performance.now();
    cpu = process.cpuUsage();
    serverCpu = cpuSeconds(plan.pid);
    setTimeout(finish, plan.seconds * 1000);
  }, plan.warmUp * 1000);
}

function finish(): void {
  if (phase === "end") return;
  const seconds = (performance.now() - started) / 1000;
  phase = "end";
  const { user, system } = process.cpuUsage(cpu);
  const sorted = latencies.subarray(0, measured).sort();
  const at = (part: number) => sorted[Math.min(measured - 1, Math.floor(measured * part))] ?? 0;
  const result: LoadResult = {
    perSecond: measured / seconds,
    p50: at(0.5),
    p99: at(0.99),
    cpuMicros: (cpuSeconds(plan.pid) - serverCpu) * 1e6 / measured,
    clientCpu: (user + system) / 1e6 / seconds,
    cookieBytes,
    errors,
  };
  console.log(JSON.stringify(result));
  for (const connection of connections) connection.close();
}

/** Processor time of all threads of a process; `/proc/PID/stat` would count in hundredths only. */
function cpuSeconds(pid: number): number {
  if (process.platform !== "linux") return 0;
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1");
    return Number(stat.slice(0, stat.indexOf(" ")));
  });
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e9;
}

const connections = Array.from({ length: plan.connections }, () => new Connection(onPrepared));

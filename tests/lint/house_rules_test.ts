import { assertEquals } from "@std/assert";
import { messagesOf } from "./messages_of.ts";

Deno.test("noConsole forbids console in src alone", () => {
  const message = "Cannot use console in src: pass in what shall be called";
  assertEquals(messagesOf("src/web/form.ts", "console.log(1);"), [message]);
  assertEquals(messagesOf("main.ts", "console.log(1);"), []);
  assertEquals(messagesOf("tests/a_test.ts", "console.log(1);"), []);
});

Deno.test("noTodo forbids notes to oneself in every comment", () => {
  const mark = "TO" + "DO";
  const message = `Cannot leave a ${mark}: file an issue`;
  assertEquals(messagesOf("main.ts", `// ${mark}: later\n/* ${mark} */`), [message, message]);
  assertEquals(messagesOf("main.ts", `const ${mark} = 1; // a todo list`), []);
});

Deno.test("maxLines counts lines by the kind of file", () => {
  const lines = (count: number) => "1;\n".repeat(count);
  assertEquals(messagesOf("src/web/form.ts", lines(250)), []);
  assertEquals(messagesOf("src/web/form.ts", lines(251)), [
    "Cannot take 251 lines: at most 250 fit here",
  ]);
  assertEquals(messagesOf("views/home.tsx", lines(251)).length, 1);
  assertEquals(messagesOf("main.ts", lines(81)), ["Cannot take 81 lines: at most 80 fit here"]);
  assertEquals(messagesOf("tests/a_test.ts", lines(400)), []);
});

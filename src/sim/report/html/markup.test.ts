import { expect, test } from "vitest";
import { jsonMarkup, markup, scriptMarkup, trustedMarkup } from "./markup.ts";

test("texts are escaped, in content and in attributes", () => {
  const hostile = `<b a="1" b='2'>&`;
  const { source } = markup`<p title="${hostile}">${hostile}</p>`;
  const escaped = "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;";
  expect(source).toBe(`<p title="${escaped}">${escaped}</p>`);
});

test("markup inside markup is left as it is; lists are joined and null is nothing", () => {
  const items = ["a", "<"].map((text) => markup`<li>${text}</li>`);
  expect(markup`<ul>${items}${null}${3}</ul>`.source).toBe("<ul><li>a</li><li>&lt;</li>3</ul>");
  expect(markup`${trustedMarkup("<hr>")}`.source).toBe("<hr>");
});

test("data cannot end the script element that holds it, and reads back", () => {
  const data = { name: "</script><!--<script>" };
  const { source } = jsonMarkup(data);
  expect(source).not.toContain("<");
  expect(JSON.parse(source)).toEqual(data);
});

test("a script cannot end its own element", () => {
  expect(scriptMarkup('x = "</script></SCRIPT>"').source).toBe(
    String.raw`x = "<\/script><\/SCRIPT>"`,
  );
});

import { html, Html } from './html';

const STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f6f8fa; --line: #d1d9e0; --text: #1f2328; --quiet: #59636e; --link: #0757b8;
  --green: #1a7f37; --green-fill: #1f883d; --red: #c0242c; --red-fill: #cf222e; --violet: #8250df; --violet-fill: #8250df;
  --amber: #8a5d00; --grey-fill: #59636e;
  --added: #dafbe1; --added-number: #aceebb; --removed: #ffebe9; --removed-number: #ffcecb; --gap: #ddf4ff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --panel: #151b23; --line: #3d444d; --text: #f0f6fc; --quiet: #9198a1; --link: #6cb0ff;
    --green: #3fb950; --green-fill: #238636; --red: #ff7b72; --red-fill: #da3633; --violet: #ab7df8; --violet-fill: #8957e5;
    --amber: #d9a13b; --grey-fill: #656c76;
    --added: #12261e; --added-number: #1c4428; --removed: #2d1517; --removed-number: #542426; --gap: #121d2f;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
header.site { background: var(--panel); border-bottom: 1px solid var(--line); padding: 12px 24px; display: flex; gap: 8px; align-items: baseline; }
header.site .demo { margin-left: auto; color: var(--quiet); font-size: 13px; }
main { max-width: 1240px; margin: 0 auto; padding: 24px; }
h1 { font-size: 26px; line-height: 1.25; font-weight: 500; margin: 0 0 8px; overflow-wrap: anywhere; }
h1 .number { color: var(--quiet); font-weight: 300; }
h2 { font-size: 16px; margin: 0 0 10px; } h3 { font-size: 15px; }
.quiet { color: var(--quiet); }
.state { display: inline-block; border-radius: 2em; padding: 3px 12px; color: #fff; font-weight: 500; font-size: 14px; margin-right: 8px; }
.state.open { background: var(--green-fill); } .state.merged { background: var(--violet-fill); }
.state.closed { background: var(--red-fill); } .state.draft { background: var(--grey-fill); }
code, pre, .diff { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 13px; }
code.branch { background: var(--gap); border-radius: 6px; padding: 2px 6px; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 330px; gap: 24px; margin-top: 20px; align-items: start; }
.columns > .side { grid-column: 2; grid-row: 1 / span 2; }
.panel { border: 1px solid var(--line); border-radius: 8px; background: var(--page); margin-bottom: 20px; }
.panel > .head { background: var(--panel); border-bottom: 1px solid var(--line); border-radius: 8px 8px 0 0; padding: 8px 16px; font-size: 14px; overflow-wrap: anywhere; }
.panel > .body { padding: 14px 16px; } .panel > .body > :first-child { margin-top: 0; } .panel > .body > :last-child { margin-bottom: 0; }
.markdown table { border-collapse: collapse; display: block; overflow-x: auto; }
.markdown th, .markdown td { border: 1px solid var(--line); padding: 5px 12px; text-align: left; vertical-align: top; }
.markdown th { background: var(--panel); } .markdown code { background: var(--panel); border-radius: 4px; padding: 1px 5px; overflow-wrap: anywhere; }
.markdown pre { background: var(--panel); border-radius: 6px; padding: 12px; overflow-x: auto; } .markdown pre code { padding: 0; }
.markdown h1 { font-size: 20px; } .markdown h2 { font-size: 18px; margin-top: 20px; } .markdown blockquote { border-left: 3px solid var(--line); margin-left: 0; padding-left: 12px; color: var(--quiet); }
ul.facts { list-style: none; padding: 0; margin: 0; } ul.facts li { padding: 6px 0; border-top: 1px solid var(--line); } ul.facts li:first-child { border-top: 0; padding-top: 0; }
.good { color: var(--green); } .bad { color: var(--red); } .waiting { color: var(--amber); } .done { color: var(--violet); }
.mark { font-weight: 700; display: inline-block; width: 1.3em; }
.notice { border: 1px solid var(--red); border-left-width: 5px; border-radius: 8px; padding: 10px 16px; margin-bottom: 16px; }
label { display: block; font-weight: 500; margin: 0 0 4px; }
select, textarea { width: 100%; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 6px; padding: 7px 10px; margin-bottom: 12px; }
textarea { min-height: 76px; resize: vertical; }
button { font: inherit; font-weight: 500; border: 1px solid var(--line); border-radius: 6px; padding: 7px 14px; background: var(--panel); color: var(--text); cursor: pointer; width: 100%; margin-top: 8px; }
button.main { background: var(--green-fill); border-color: transparent; color: #fff; } button.danger { color: var(--red); }
button:disabled { opacity: .55; cursor: not-allowed; } .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table.diff { border-collapse: collapse; width: 100%; table-layout: fixed; }
table.diff td { padding: 1px 10px; vertical-align: top; line-height: 20px; white-space: pre-wrap; overflow-wrap: anywhere; }
table.diff td.number { width: 52px; text-align: right; color: var(--quiet); user-select: none; padding: 1px 8px; }
table.diff td.sign { width: 24px; padding: 1px 0 1px 8px; user-select: none; }
tr.added td { background: var(--added); } tr.added td.number { background: var(--added-number); color: var(--text); }
tr.removed td { background: var(--removed); } tr.removed td.number { background: var(--removed-number); color: var(--text); }
tr.gap td { background: var(--gap); color: var(--quiet); } tr.note td { color: var(--quiet); font-style: italic; }
.counts { float: right; padding-left: 12px; white-space: nowrap; }
ul.list { list-style: none; margin: 0; padding: 0; } ul.list li { padding: 9px 16px; border-top: 1px solid var(--line); overflow-wrap: anywhere; } ul.list li:first-child { border-top: 0; }
@media (max-width: 900px) { main { padding: 16px; } .columns { grid-template-columns: minmax(0, 1fr); } .columns > .side { grid-column: 1; grid-row: auto; } }
`;

/** A whole page. */
export function page(options: {
  title: string;
  /** `owner/name` of the repository that the page belongs to. */
  repository?: string;
  body: Html;
}): Html {
  const { title, repository, body } = options;
  return html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <header class="site">
          <a href="/">Git host</a>
          ${repository &&
          html`<span class="quiet">/</span>
            <strong><a href="/${repository}">${repository}</a></strong>`}
          <span class="demo">part of the demo, not GitHub</span>
        </header>
        <main>${body}</main>
      </body>
    </html>`;
}

/** `22 Nov 2026, 18:05 UTC` */
export function moment(time: string | null | undefined): string {
  const date = new Date(time ?? '');
  return Number.isNaN(date.getTime())
    ? 'at an unknown time'
    : `${date.toLocaleString('en-GB', {
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        timeZone: 'UTC',
      })} UTC`;
}

import { Json } from '../emulatedApi';
import { html, Html } from './html';
import { moment, page } from './layout';
import { filePanel, pathInUrl } from './pullRequestPage';

/** The list of what is hosted. */
export function hostPage(repositories: readonly string[]): Html {
  return page({
    title: 'Git host',
    body: html`<h1>Repositories</h1>
      <section class="panel">
        <ul class="list">
          ${repositories.map(
            name => html`<li><a href="/${name}">${name}</a></li>`,
          )}
        </ul>
      </section>`,
  });
}

/** A repository: its pull requests and its files. */
export function repositoryPage(options: {
  repository: string;
  open: Json[];
  closed: Json[];
  paths: string[];
}): Html {
  const { repository, open, closed, paths } = options;
  const list = (pulls: Json[], none: string) => html`<ul class="list">
    ${pulls.map(
      pull => html`<li>
        <a href="/${repository}/pull/${pull.number}">${pull.title}</a>
        <span class="quiet"
          >#${pull.number} by ${pull.user?.login}, ${latestOf(pull)}</span
        >
      </li>`,
    )}
    ${pulls.length === 0 && html`<li class="quiet">${none}</li>`}
  </ul>`;
  return page({
    title: repository,
    repository,
    body: html`<h1>${repository}</h1>
      <section class="panel">
        <div class="head"><strong>Open pull requests</strong></div>
        ${list(open, 'None is open.')}
      </section>
      ${closed.length > 0 &&
      html`<section class="panel">
        <div class="head"><strong>Closed pull requests</strong></div>
        ${list(closed, '')}
      </section>`}
      <section class="panel">
        <div class="head"><strong>Files on main</strong></div>
        <ul class="list">
          ${paths.map(
            path => html`<li>
              <a href="/${repository}/blob/main/${pathInUrl(path)}"
                ><code>${path}</code></a
              >
            </li>`,
          )}
        </ul>
      </section>`,
  });
}

function latestOf(pull: Json): string {
  if (pull.merged_at) {
    return `merged on ${moment(pull.merged_at)}`;
  }
  return pull.closed_at
    ? `closed on ${moment(pull.closed_at)}`
    : `opened on ${moment(pull.created_at)}`;
}

/** A file as it is in a branch or commit. */
export function filePage(options: {
  repository: string;
  ref: string;
  path: string;
  /** Undefined for what is no text. */
  text: string | undefined;
  symlink: boolean;
}): Html {
  const { repository, ref, path, text, symlink } = options;
  const lines = text?.replace(/\n$/, '').split('\n') ?? [];
  return page({
    title: `${path} · ${repository}`,
    repository,
    body: html`<section class="panel">
      <div class="head">
        <code>${path}</code> <span class="quiet">at ${ref}</span>
      </div>
      ${text === undefined || symlink
        ? html`<div class="body quiet">
            ${symlink ? `Symbolic link to ${text}` : 'Not a text.'}
          </div>`
        : html`<table class="diff">
            ${lines.map(
              (line, index) => html`<tr>
                <td class="number">${index + 1}</td>
                <td>${line}</td>
              </tr>`,
            )}
          </table>`}
    </section>`,
  });
}

/** What a commit changed. */
export function commitPage(repository: string, commit: Json): Html {
  const [title, ...rest] = commit.commit.message.split('\n');
  const words = rest.join('\n').trim();
  return page({
    title: `${title} · ${repository}`,
    repository,
    body: html`<h1>${title}</h1>
      <p class="quiet">
        <code>${commit.sha.slice(0, 7)}</code> by ${commit.commit.author.name},
        ${moment(commit.commit.author.date)}
      </p>
      ${words && html`<pre>${words}</pre>`}
      ${commit.files.map((file: Json) =>
        filePanel(file, repository, commit.sha),
      )}`,
  });
}

/** What is shown for an address that has no page, or for what could not be done. */
export function problemPage(title: string, words: string): Html {
  return page({
    title,
    body: html`<h1>${title}</h1>
      <p>${words}</p>`,
  });
}

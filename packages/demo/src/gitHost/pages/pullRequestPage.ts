import MarkdownIt from 'markdown-it';
import { Persona } from '../../personas';
import { CommitStatus } from '../commitStatuses';
import { Json } from '../emulatedApi';
import { diffLinesOf } from './diffLines';
import { html, Html } from './html';
import { moment, page } from './layout';

// Without html, markdown-it escapes tags and refuses javascript: links.
const markdown = new MarkdownIt({ html: false, linkify: false });

const STATUS_MARKS: Record<CommitStatus['state'], [string, string, string]> = {
  success: ['good', '✓', 'passed'],
  failure: ['bad', '✗', 'failed'],
  error: ['bad', '✗', 'could not be judged'],
  pending: ['waiting', '•', 'waiting'],
};

const REVIEW_WORDS: Record<string, [string, string, string]> = {
  APPROVED: ['good', '✓', 'approved'],
  CHANGES_REQUESTED: ['bad', '✗', 'requested changes'],
  COMMENTED: ['quiet', '•', 'commented'],
  DISMISSED: ['quiet', '•', 'review dismissed'],
};

const FILE_WORDS: Record<string, string> = {
  added: 'new file',
  removed: 'deleted',
  renamed: 'renamed',
};

const SIGNS: Record<string, string> = { added: '+', removed: '−' };

/** What a pull request's page shows. */
export interface ShownPullRequest {
  repository: string;
  /** As GitHub's API tells it. */
  pull: Json;
  files: Json[];
  commits: Json[];
  reviews: Json[];
  statuses: CommitStatus[];
  personas: readonly Persona[];
  /** The login that the buttons act as. */
  actor: string;
  /** Why what was asked for last did not happen. */
  notice?: string;
}

/** The page on which a pull request is read, reviewed, merged or closed. */
export function pullRequestPage(shown: ShownPullRequest): Html {
  const { pull, repository, files } = shown;
  return page({
    title: `${pull.title} · Pull request #${pull.number} · ${repository}`,
    repository,
    body: html`
      ${shown.notice &&
      html`<div class="notice" role="alert">${shown.notice}</div>`}
      <h1>${pull.title} <span class="number">#${pull.number}</span></h1>
      <div class="quiet">${stateOf(pull)} ${sentenceOf(shown)}</div>
      <div class="columns">
        <section class="panel">
          <div class="head">
            <strong>${pull.user?.login}</strong>
            <span class="quiet">wrote on ${moment(pull.created_at)}</span>
          </div>
          <div class="body markdown">
            ${pull.body
              ? new Html(markdown.render(pull.body))
              : html`<p class="quiet">No description.</p>`}
          </div>
        </section>
        <section>
          <h2>
            ${files.length === 1 ? '1 file' : `${files.length} files`} changed,
            ${counts(pull.additions, pull.deletions)}
          </h2>
          ${files.map(file => filePanel(file, repository, pull.head.sha))}
          ${commitPanel(shown)}
        </section>
        <div class="side">
          ${mergePanel(shown)} ${reviewPanel(shown)} ${labelPanel(pull)}
        </div>
      </div>
    `,
  });
}

function stateOf(pull: Json): Html {
  if (pull.merged) {
    return html`<span class="state merged">Merged</span>`;
  }
  if (pull.state === 'closed') {
    return html`<span class="state closed">Closed</span>`;
  }
  return pull.draft
    ? html`<span class="state draft">Draft</span>`
    : html`<span class="state open">Open</span>`;
}

function sentenceOf({ pull, commits }: ShownPullRequest): Html {
  const amount =
    commits.length === 1 ? '1 commit' : `${commits.length} commits`;
  const branches = html`<code class="branch">${pull.head.ref}</code> into
    <code class="branch">${pull.base.ref}</code>`;
  if (pull.merged) {
    return html`<strong>${pull.merged_by?.login}</strong> merged ${amount} from
      ${branches} on ${moment(pull.merged_at)}`;
  }
  return html`<strong>${pull.user?.login}</strong> wants to merge ${amount} from
    ${branches}`;
}

function counts(additions: number, deletions: number): Html {
  return html`<span class="good">+${additions}</span>
    <span class="bad">−${deletions}</span>`;
}

function mergePanel(shown: ShownPullRequest): Html {
  const { pull, statuses, repository } = shown;
  const path = `/${repository}/pull/${pull.number}`;
  return html`<section class="panel">
    <div class="head"><strong>Gates and merge</strong></div>
    <div class="body">
      <ul class="facts">
        ${statuses.map(status => {
          const [tone, mark, word] = STATUS_MARKS[status.state];
          return html`<li>
            <span class="mark ${tone}">${mark}</span>
            <strong>${status.context}</strong>
            <span class="${tone}">${word}</span>
            ${status.description &&
            html`<br /><span class="quiet">${status.description}</span>`}
          </li>`;
        })}
        ${statuses.length === 0 &&
        html`<li class="quiet">No gate has been judged.</li>`}
        <li>${mergeability(pull)}</li>
      </ul>
      ${pull.state === 'open' &&
      html`<form method="post" action="${path}/approve" style="margin-top:14px">
        <label for="as">Act as</label>
        <select id="as" name="as">
          ${shown.personas.map(
            ({ login, name }) => html`<option
              value="${login}"
              ${login === shown.actor && 'selected'}
            >
              ${name} (${login})
            </option>`,
          )}
        </select>
        <label for="words">Your words</label>
        <textarea
          id="words"
          name="words"
          placeholder="Needed when you request changes"
        ></textarea>
        <div class="pair">
          <button formaction="${path}/approve">Approve</button>
          <button formaction="${path}/request-changes">Request changes</button>
        </div>
        <button
          class="main"
          formaction="${path}/merge"
          ${pull.mergeable_state !== 'clean' && 'disabled'}
        >
          Merge
        </button>
        <button class="danger" formaction="${path}/close">
          Close without merging
        </button>
      </form>`}
    </div>
  </section>`;
}

function mergeability(pull: Json): Html {
  const line = (tone: string, mark: string, text: string) =>
    html`<span class="mark ${tone}">${mark}</span>${text}`;
  if (pull.merged) {
    return line(
      'done',
      '✓',
      `Merged as ${pull.merge_commit_sha.slice(0, 7)} into ${pull.base.ref}.`,
    );
  }
  if (pull.state === 'closed') {
    return line('bad', '✗', 'Closed without being merged.');
  }
  switch (pull.mergeable_state) {
    case 'clean':
      return line('good', '✓', `Can be merged into ${pull.base.ref}.`);
    case 'blocked':
      return line('bad', '✗', 'Merging is blocked: a gate is not open.');
    case 'draft':
      return line('waiting', '•', 'A draft can not be merged.');
    default:
      return line(
        'bad',
        '✗',
        `Conflicts with ${pull.base.ref}: it has to be made anew before it can be merged.`,
      );
  }
}

function reviewPanel({ pull, reviews }: ShownPullRequest): Html {
  const asked = [
    ...pull.requested_reviewers.map(({ login }: Json) => login),
    ...pull.requested_teams.map(({ slug }: Json) => slug),
  ];
  return html`<section class="panel">
    <div class="head"><strong>Reviews</strong></div>
    <div class="body">
      <ul class="facts">
        ${reviews
          .filter(({ state }) => REVIEW_WORDS[state])
          .map(review => {
            const [tone, mark, word] = REVIEW_WORDS[review.state];
            return html`<li>
              <span class="mark ${tone}">${mark}</span>
              <strong>${review.user?.login}</strong> ${word}
              <span class="quiet">on ${moment(review.submitted_at)}</span>
              ${review.commit_id !== pull.head.sha &&
              html`<span class="quiet">, before the last change</span>`}
              ${review.body &&
              html`<div class="markdown">
                ${new Html(markdown.render(review.body))}
              </div>`}
            </li>`;
          })}
        ${asked.map(
          login => html`<li>
            <span class="mark waiting">•</span><strong>${login}</strong> was
            asked for a review
          </li>`,
        )}
        ${reviews.length + asked.length === 0 &&
        html`<li class="quiet">Nobody was asked for a review.</li>`}
      </ul>
    </div>
  </section>`;
}

function labelPanel(pull: Json): Html | undefined {
  return pull.labels.length > 0
    ? html`<section class="panel">
        <div class="head"><strong>Labels</strong></div>
        <div class="body">
          ${pull.labels.map(({ name }: Json) => html`<code>${name}</code> `)}
        </div>
      </section>`
    : undefined;
}

/** One file's part of a diff. */
export function filePanel(file: Json, repository: string, sha: string): Html {
  const word = FILE_WORDS[file.status];
  return html`<section class="panel">
    <div class="head">
      <span class="counts">${counts(file.additions, file.deletions)}</span>
      <a href="/${repository}/blob/${sha}/${pathInUrl(file.filename)}"
        ><code>${file.filename}</code></a
      >
      ${word && html`<span class="quiet">${word}</span>`}
    </div>
    ${file.patch
      ? html`<table class="diff">
          ${diffLinesOf(file.patch).map(
            line => html`<tr class="${line.kind}">
              <td class="number">${line.before}</td>
              <td class="number">${line.after}</td>
              <td class="sign">${SIGNS[line.kind]}</td>
              <td>${line.text}</td>
            </tr>`,
          )}
        </table>`
      : html`<div class="body quiet">
          ${file.changes === 0 && file.status === 'renamed'
            ? `Renamed from ${file.previous_filename}.`
            : 'Nothing to show line by line.'}
        </div>`}
  </section>`;
}

function commitPanel({ commits, repository }: ShownPullRequest): Html {
  return html`<section class="panel">
    <div class="head">
      <strong>${commits.length === 1 ? 'Commit' : 'Commits'}</strong>
    </div>
    <ul class="list">
      ${commits.map(
        ({ sha, commit }) => html`<li>
          <a href="/${repository}/commit/${sha}"
            ><code>${sha.slice(0, 7)}</code></a
          >
          ${commit.message.split('\n')[0]}
          <span class="quiet"
            >${commit.author.name}, ${moment(commit.author.date)}</span
          >
        </li>`,
      )}
    </ul>
  </section>`;
}

/** A path of the repository in an address. */
export function pathInUrl(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Text that is HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Content = Html | string | number | undefined | null | false | Content[];

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// Marks that turn the direction of text around could show another change than the one that is merged.
const DIRECTION_MARKS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** HTML from a template: what is put in is escaped, unless it is Html. Lists are joined; undefined, null and false are nothing. */
export function html(
  strings: TemplateStringsArray,
  ...contents: Content[]
): Html {
  return new Html(
    strings.reduce(
      (text, string, index) => text + rendered(contents[index - 1]) + string,
    ),
  );
}

function rendered(content: Content): string {
  if (content === undefined || content === null || content === false) {
    return '';
  }
  if (Array.isArray(content)) {
    return content.map(rendered).join('');
  }
  return content instanceof Html ? content.text : escapeText(`${content}`);
}

/** Text as it can stand in HTML, in an attribute as well. */
export function escapeText(text: string): string {
  return text
    .replace(/[&<>"']/g, character => ENTITIES[character])
    .replace(
      DIRECTION_MARKS,
      mark => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

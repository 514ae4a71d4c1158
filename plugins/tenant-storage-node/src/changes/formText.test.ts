import fc from 'fast-check';
import {
  codeBlock,
  codeSpan,
  markdownLine,
  seenLine,
  seenText,
} from './formText';

describe('text from a form', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007x', 'x'],
    ['\u009b1mx', 'x'],
    ['a\u0000b', 'ab'],
    ['a\u202eb\u2066c\u200b', 'abc'],
    ['a\r\nb\rc\u2028d', 'a\nb\nc\nd'],
    ['\u{e0041}a\u{e007f}', 'a'],
    ['\ud800a', '\ufffda'],
    ['Größe 😀', 'Größe 😀'],
  ])('%j is seen as %j', (text, seen) => {
    expect(seenText(text)).toBe(seen);
  });

  it('never leaves its code block, whatever it is', () => {
    const any = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .array(
          fc.constantFrom('`', '``', '```', '\n', ' ', '~~~', '<', '@x', '|'),
        )
        .map(parts => parts.join('')),
    );
    fc.assert(
      fc.property(any, text => {
        const lines = codeBlock(text).split('\n');
        const fence = lines[0].replace('text', '');
        expect(lines.at(-1)).toBe(fence);
        for (const line of lines.slice(1, -1)) {
          expect(line).not.toContain(fence);
        }
        expect(codeSpan(text)).not.toMatch(/[\n|]/);
        // eslint-disable-next-line no-control-regex
        expect(seenLine(text)).not.toMatch(/[\u0000-\u001f\u202a-\u202e]/);
      }),
    );
  });

  it('is no Markdown in a sentence', () => {
    expect(markdownLine('<b>*x* [y](z) @team #1 a|b')).toBe(
      '\\<b\\>\\*x\\* \\[y\\]\\(z\\) @\u200bteam \\#1 a\\|b',
    );
  });
});

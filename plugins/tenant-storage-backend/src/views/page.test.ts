import fc from 'fast-check';
import { pageOf, type PageRequest } from './page';

interface Item {
  name: string;
  size: bigint | null;
}

const bySize = (
  more: Partial<PageRequest<Item>> & { descending?: boolean } = {},
): PageRequest<Item> => ({
  limit: 2,
  ...more,
  sort: {
    name: 'size',
    by: item => item.size,
    tieBreak: item => [item.name],
    descending: more.descending,
  },
});

function allPages(items: Item[], request: PageRequest<Item>): string[] {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = pageOf(items, { ...request, cursor });
    names.push(...page.items.map(({ name }) => name));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return names;
}

const items: Item[] = [
  { name: 'c', size: 2n },
  { name: 'a', size: null },
  { name: 'd', size: 10n },
  { name: 'b', size: 2n },
  { name: 'e', size: null },
];

describe('pages', () => {
  it('are sorted by value, then by name, unknown last either way', () => {
    expect(allPages(items, bySize())).toEqual(['b', 'c', 'd', 'a', 'e']);
    expect(allPages(items, bySize({ descending: true }))).toEqual([
      'd',
      'b',
      'c',
      'a',
      'e',
    ]);
  });

  it('tell how many there are on all pages, and end', () => {
    const first = pageOf(items, bySize());
    expect(first).toMatchObject({ total: 5 });
    expect(first.nextCursor).not.toBeNull();
    expect(pageOf(items, bySize({ limit: 5 })).nextCursor).toBeNull();
    expect(pageOf([], bySize())).toEqual({
      items: [],
      total: 0,
      nextCursor: null,
    });
  });

  it('hold what is searched for, ignoring case, and what all filters keep', () => {
    const page = pageOf(
      items,
      bySize({
        limit: 10,
        search: { text: 'C', of: item => [item.name, null] },
      }),
    );
    expect(page.items.map(({ name }) => name)).toEqual(['c']);
    expect(
      pageOf(
        items,
        bySize({
          limit: 10,
          filters: [item => item.size === 2n, item => item.name !== 'c'],
        }),
      ).items,
    ).toEqual([{ name: 'b', size: 2n }]);
  });

  it('go on where they were although items came and went', () => {
    const first = pageOf(items, bySize());
    const later = [
      ...items.filter(({ name }) => name !== 'b' && name !== 'c'),
      { name: '0', size: 1n },
    ];
    const second = pageOf(later, bySize({ cursor: first.nextCursor! }));
    expect(second.items.map(({ name }) => name)).toEqual(['d', 'a']);
    const third = pageOf(later, bySize({ cursor: second.nextCursor! }));
    expect(third.items.map(({ name }) => name)).toEqual(['e']);
    expect(third.nextCursor).toBeNull();
  });

  it('together are everything once, whatever the values', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.record({
            name: fc.string({ unit: 'binary', minLength: 1 }),
            size: fc.option(fc.bigInt({ min: -5n, max: 5n })),
          }),
          { selector: item => item.name, maxLength: 30 },
        ),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        (some, limit, descending) => {
          const names = allPages(some, bySize({ limit, descending }));
          expect(names).toHaveLength(some.length);
          expect(new Set(names).size).toBe(some.length);
        },
      ),
    );
  });

  const good = pageOf(items, bySize()).nextCursor!;
  const encode = (content: unknown) =>
    Buffer.from(JSON.stringify(content)).toString('base64url');

  it.each([
    '',
    'x',
    '%%%',
    `${good}=`,
    good.slice(0, -3),
    encode(null),
    encode({}),
    encode([]),
    encode([2, 'size', ['bigint', '1'], ['a']]),
    encode([1, 'name', ['bigint', '1'], ['a']]),
    encode([1, '-size', ['bigint', '1'], ['a']]),
    encode([1, 'size', ['bigint', 'x'], ['a']]),
    encode([1, 'size', ['bigint', '9'.repeat(500)], ['a']]),
    encode([1, 'size', ['bigint', 1], ['a']]),
    encode([1, 'size', ['function', 'x'], ['a']]),
    encode([1, 'size', ['bigint', '1'], [1]]),
    encode([1, 'size', ['bigint', '1'], ['a', 'a', 'a', 'a', 'a']]),
    encode([1, 'size', ['bigint', '1'], 'a']),
  ])('refuse the malformed cursor %j and name it', cursor => {
    expect(() => pageOf(items, bySize({ cursor }))).toThrow(
      expect.objectContaining({
        name: 'InputError',
        message: expect.stringContaining('"cursor"'),
      }),
    );
  });

  it('answer or name the cursor, whatever it is', () => {
    const answerTo = (cursor: string): string => {
      try {
        return `${pageOf(items, bySize({ cursor })).total} items`;
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(fc.json(), json => {
        expect(answerTo(Buffer.from(json).toString('base64url'))).toMatch(
          /^5 items$|^InputError: .*"cursor"/,
        );
      }),
    );
  });

  it('have a cursor of characters that need no escaping in a URL', () => {
    expect(good).toMatch(/^[A-Za-z0-9_-]+$/);
  });
});

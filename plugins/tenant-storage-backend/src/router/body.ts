import { InputError } from '@backstage/errors';
import express, { type Request, type Response } from 'express';
import { z } from 'zod';

const parser = express.json({ limit: '64kb', type: 'application/json' });

const PROBLEMS: Record<string, string> = {
  'entity.too.large': 'The body is larger than 64 KiB',
  'encoding.unsupported': 'The body has an unknown encoding: send UTF-8',
  'charset.unsupported': 'The body has an unknown charset: send UTF-8',
};

/**
 * The JSON body of a request; undefined for what has none.
 *
 * @throws InputError for what is no JSON, too large, or of another type.
 */
export async function readJson(
  request: Request,
  response: Response,
): Promise<unknown> {
  if (request.method !== 'POST') return undefined;
  if (!request.is('application/json')) {
    throw new InputError('The body has to be JSON (application/json)');
  }
  await new Promise<void>((resolve, reject) => {
    parser(request, response, error => {
      if (error) {
        // Its words quote the body.
        const type =
          typeof error === 'object' && 'type' in error
            ? String(error.type)
            : '';
        reject(
          new InputError(PROBLEMS[type] ?? 'The body can not be read as JSON'),
        );
      } else resolve();
    });
  });
  const body: unknown = request.body;
  return body;
}

function text(longest: number) {
  return z
    .string('has to be a text')
    .max(longest, `may have ${longest} characters at most`);
}

const change = {
  underCluster: text(1024),
  tenant: text(1024),
  size: text(1024),
};

const allowBelowUse = z.boolean('has to be true or false').optional();

/** Body of `POST /v1/changes/quota/preview` and `.../facts`. */
export const quotaChangeBody = z.object({
  ...change,
  reason: text(20_000).optional(),
  allowBelowUse,
});

/** What a change is asked for with; the change itself reads it. */
export const changeInput = z.custom<Record<string, unknown>>(
  value => typeof value === 'object' && value !== null && !Array.isArray(value),
  'has to be an object',
);

/** Body of `POST /v1/changes/{change}/facts`. */
export const storageChangeBody = z.object({
  underCluster: text(1024),
  reason: text(20_000).optional(),
  input: changeInput,
});

/** Body of `POST /v1/changes/{change}/preview`. */
export const storageChangePreviewBody = storageChangeBody.extend({
  after: z
    .array(changeInput, 'has to be a list of objects')
    .max(10, 'may have 10 entries at most')
    .optional(),
});

/** Body of `POST /v1/requests`. */
export const newRequestBody = z.object({
  ...change,
  change: z.literal('quota', 'has to be quota'),
  reason: text(20_000),
  allowBelowUse,
  host: text(1024),
  repository: text(1024),
  before: z
    .string('has to be a number of bytes as text, or null')
    .regex(/^-?[0-9]{1,40}$/, 'has to be a number of bytes as text, or null')
    .nullable(),
});

/** Body of `POST /v1/changes/{change}/requests`. */
export const newStorageChangeBody = z.object({
  underCluster: text(1024),
  input: changeInput,
  reason: text(20_000),
  // It is shown in messages: one line, and nothing that can't be seen (Unicode's categories "other" and of line and paragraph ends).
  title: text(1024).regex(
    /^(?!\s*$)[^\p{C}\p{Zl}\p{Zp}]*$/u,
    'has to be one line of text',
  ),
  host: text(1024),
  repository: text(1024),
  files: z
    .array(
      text(4096).min(1, 'has to be the path of a file'),
      'has to be a list of paths',
    )
    .max(500, 'may have 500 entries at most')
    .optional(),
});

/** A name out of a body, fit for a message. */
function quoted(name: string): string {
  return `"${name.slice(0, 64).replace(/[^\x21-\x7e]/g, '?')}"`;
}

/**
 * Reads a body.
 *
 * @throws InputError naming each field that is unknown, missing or of another type.
 */
export function parseBody<T extends z.ZodObject>(
  body: unknown,
  schema: T,
): z.infer<T> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InputError('The body has to be a JSON object');
  }
  const values = Object.entries(body);
  const complaints = values
    .filter(([name]) => !Object.hasOwn(schema.shape, name))
    .map(([name]) => `${quoted(name)} is not known`);
  const given = new Map(values);
  const parsed = schema.safeParse(
    Object.fromEntries(
      Object.keys(schema.shape)
        .filter(name => given.has(name))
        .map(name => [name, given.get(name)]),
    ),
  );
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      complaints.push(
        `${quoted(name)} ${given.has(name) ? issue.message : 'is missing'}`,
      );
    }
  }
  if (!parsed.success || complaints.length > 0) {
    throw new InputError(
      `Field ${[...new Set(complaints)].slice(0, 10).join('; ')}`,
    );
  }
  return parsed.data;
}

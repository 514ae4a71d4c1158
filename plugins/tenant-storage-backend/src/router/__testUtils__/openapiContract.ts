import { readFileSync } from 'node:fs';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

/** A request and its answer, as they went over the wire. */
export interface Exchange {
  method: string;
  /** Path and query below the plugin's base URL. */
  url: string;
  status: number;
  contentType: string | undefined;
  body: unknown;
  /** What was sent, of a POST. */
  sent?: unknown;
}

interface Parameter {
  name: string;
  in: 'path' | 'query';
}

interface Operation {
  id: string;
  method: string;
  template: string;
  path: RegExp;
  parameters: Array<{ parameter: Parameter; pointer: string }>;
  responses: Map<string, string>;
  /** Of the body's schema, if there is one. */
  requestBody?: string;
}

interface Reference {
  $ref: string;
}

interface Document {
  paths: Record<string, Record<string, unknown>>;
}

const FILE = resolvePackagePath(
  '@kmetal/backstage-plugin-tenant-storage-backend',
  'src/schema/openapi.yaml',
);
const ID = 'openapi.yaml';

/**
 * Holds requests and answers against `openapi.yaml`, both ways: an answer of an undocumented status or with an undocumented
 * field is a failure, and so is a documented query that is refused or an undocumented one that is not.
 */
export class OpenapiContract {
  readonly #answers = new Ajv2020({ strict: false, allErrors: true });
  /** What comes in a query is text, whatever type it stands for. */
  readonly #queries = new Ajv2020({ strict: false, coerceTypes: true });
  readonly #operations: Operation[] = [];
  readonly #exercised = new Set<string>();

  constructor() {
    const document = parse(readFileSync(FILE, 'utf8')) as Document;
    for (const ajv of [this.#answers, this.#queries]) {
      addFormats(ajv);
      ajv.addSchema(document as object, ID);
    }
    for (const [template, item] of Object.entries(document.paths)) {
      const shared = item.parameters ?? [];
      for (const [method, operation] of Object.entries(item)) {
        if (method === 'parameters') continue;
        const { operationId, parameters, requestBody, responses } =
          operation as {
            operationId: string;
            parameters?: unknown[];
            requestBody?: unknown;
            responses: Record<string, unknown>;
          };
        const base = `#/paths/${escape(template)}`;
        this.#operations.push({
          id: operationId,
          method: method.toUpperCase(),
          template,
          path: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`),
          parameters: [
            ...pointersTo(shared as unknown[], `${base}/parameters`),
            ...pointersTo(parameters ?? [], `${base}/${method}/parameters`),
          ].map(({ value, pointer }) => resolved(document, value, pointer)),
          responses: new Map(
            Object.entries(responses).map(([status, response]) => {
              const { pointer } = follow(
                document,
                response,
                `${base}/${method}/responses/${status}`,
              );
              return [status, `${pointer}/content/application~1json/schema`];
            }),
          ),
          ...(requestBody !== undefined && {
            requestBody: `${base}/${method}/requestBody/content/application~1json/schema`,
          }),
        });
      }
    }
  }

  /** @throws Error that says how the exchange differs from what is documented. */
  check(exchange: Exchange): void {
    const [path, query = ''] = exchange.url.split('?');
    const operation = this.#operations.find(
      each => each.method === exchange.method && each.path.test(path),
    );
    const what = `${exchange.method} ${exchange.url} -> ${exchange.status}`;
    if (!operation) {
      throw new Error(`${what}: there is no such operation`);
    }
    const pointer = operation.responses.get(String(exchange.status));
    if (!pointer) throw new Error(`${what}: the status is not documented`);
    if (!/^application\/json\b/.test(exchange.contentType ?? '')) {
      throw new Error(`${what}: answered as ${exchange.contentType}`);
    }
    const asDocumented = this.#answers.getSchema(`${ID}${pointer}`);
    if (!asDocumented) throw new Error(`${what}: its answer has no schema`);
    if (!asDocumented(exchange.body)) {
      throw new Error(
        `${what}: the answer is not as documented: ${this.#answers.errorsText(
          asDocumented.errors,
        )}`,
      );
    }
    const wrongQuery = this.#queryComplaints(operation, query);
    if (wrongQuery && exchange.status === 200) {
      throw new Error(`${what}: the query is not documented: ${wrongQuery}`);
    }
    // What a cursor holds is not documented, so that it can't be told from here whether it is a good one.
    const hasCursor = new URLSearchParams(query).has('cursor');
    // Nor is what a body's texts mean, which is left to whoever reads them.
    const hasBody = operation.requestBody !== undefined;
    if (!wrongQuery && exchange.status === 400 && !hasCursor && !hasBody) {
      throw new Error(`${what}: refused, though the query is as documented`);
    }
    this.#checkSent(operation, exchange, what);
    if (exchange.status === 200) this.#exercised.add(operation.id);
  }

  #checkSent(operation: Operation, exchange: Exchange, what: string): void {
    if (operation.requestBody === undefined) return;
    const documented = this.#answers.getSchema(`${ID}${operation.requestBody}`);
    if (!documented) throw new Error(`${what}: its body has no schema`);
    const isDocumented = documented(exchange.sent);
    if (!isDocumented && exchange.status === 200) {
      throw new Error(
        `${what}: the body is not documented: ${this.#answers.errorsText(
          documented.errors,
        )}`,
      );
    }
    if (isDocumented && exchange.status === 400) {
      const { error } = exchange.body as { error: { message: string } };
      if (
        /^(Field|The body)/.test(error.message) &&
        !/configured/.test(error.message)
      ) {
        throw new Error(`${what}: refused, though the body is as documented`);
      }
    }
  }

  /** Documented operations that no checked exchange answered with 200. */
  notExercised(): string[] {
    return this.#operations
      .map(({ id }) => id)
      .filter(id => !this.#exercised.has(id));
  }

  #queryComplaints(operation: Operation, query: string): string | undefined {
    const complaints: string[] = [];
    const seen = new Set<string>();
    for (const [name, value] of new URLSearchParams(query)) {
      const documented = operation.parameters.find(
        ({ parameter }) => parameter.in === 'query' && parameter.name === name,
      );
      if (!documented) complaints.push(`${name} is unknown`);
      else if (seen.has(name)) complaints.push(`${name} is given twice`);
      else {
        const $ref = `${ID}${documented.pointer}/schema`;
        const parameter = { properties: { value: { $ref } } };
        if (!this.#queries.validate(parameter, { value })) {
          complaints.push(`${name}: ${this.#queries.errorsText()}`);
        }
      }
      seen.add(name);
    }
    return complaints.length > 0 ? complaints.join('; ') : undefined;
  }
}

function escape(key: string): string {
  return key.replace(/~/g, '~0').replace(/\//g, '~1');
}

function pointersTo(values: unknown[], base: string) {
  return values.map((value, index) => ({ value, pointer: `${base}/${index}` }));
}

function isReference(value: unknown): value is Reference {
  return typeof value === 'object' && value !== null && '$ref' in value;
}

function follow(
  document: Document,
  value: unknown,
  pointer: string,
): { value: unknown; pointer: string } {
  if (!isReference(value)) return { value, pointer };
  let found: unknown = document;
  for (const key of value.$ref.slice('#/'.length).split('/')) {
    found = (found as Record<string, unknown>)[
      key.replace(/~1/g, '/').replace(/~0/g, '~')
    ];
  }
  return follow(document, found, value.$ref);
}

function resolved(document: Document, value: unknown, pointer: string) {
  const found = follow(document, value, pointer);
  return { parameter: found.value as Parameter, pointer: found.pointer };
}

import { Json } from '../object';

/** Takes whatever comes, as the definitions of the kinds do that nobody here writes. */
export const anything: Json = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
};

export const text: Json = { type: 'string' };
export const flag: Json = { type: 'boolean' };
export const whole: Json = { type: 'integer' };
export const count: Json = { type: 'integer', minimum: 0 };
export const generation: Json = { type: 'integer', format: 'int64' };
export const moment: Json = { type: 'string', format: 'date-time' };

/** Go's durations, as Flux takes them. */
export const duration: Json = {
  type: 'string',
  pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
};

/** resource.Quantity, which may be a number, too. */
export const quantity: Json = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  pattern:
    '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
  'x-kubernetes-int-or-string': true,
};

/** An object with these fields and no others: the API server drops what is not among them. */
export function fields(properties: Json, required: string[] = []): Json {
  return {
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
  };
}

export function list(items: Json, more: Json = {}): Json {
  return { type: 'array', items, ...more };
}

/** A map with string values: neither a number nor a boolean is taken. */
export const strings: Json = { type: 'object', additionalProperties: text };

export function oneOf(...values: string[]): Json {
  return { type: 'string', enum: values };
}

export function name(maxLength: number): Json {
  return { type: 'string', minLength: 1, maxLength };
}

export function nullable(schema: Json): Json {
  return { ...schema, nullable: true };
}

export function withDefault(schema: Json, value: Json): Json {
  return { ...schema, default: value };
}

/** The schema of a kind: its own fields beside those that every kind has. */
export function kindWith(properties: Json, required: string[] = []): Json {
  return fields(
    {
      apiVersion: text,
      kind: text,
      metadata: { type: 'object' },
      ...properties,
    },
    required,
  );
}

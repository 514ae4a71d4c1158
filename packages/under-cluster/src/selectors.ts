import { KubeObject } from './object';
import { Resource } from './resources';
import { badRequest } from './status';

export type Selector = (object: KubeObject) => boolean;

const EVERYTHING: Selector = () => true;

type Requirement = (labels: Record<string, string>) => boolean;

class RequirementParser {
  readonly #tokens: string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens =
      text.match(/==|!=|[=!(),<>]|[^\s=!(),<>]+/g)?.map(token => token) ?? [];
  }

  parse(): Requirement[] {
    const requirements = [this.#requirement()];
    while (this.#peek() !== undefined) {
      const separator = this.#next();
      if (separator !== ',') {
        throw badRequest(
          `unable to parse requirement: found '${separator}', expected: ',' or 'end of string'`,
        );
      }
      requirements.push(this.#requirement());
    }
    return requirements;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(): string | undefined {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    return token;
  }

  #requirement(): Requirement {
    if (this.#peek() === '!') {
      this.#next();
      const key = this.#key();
      return labels => !Object.hasOwn(labels, key);
    }
    const key = this.#key();
    const operator = this.#peek();
    if (operator === undefined || operator === ',') {
      return labels => Object.hasOwn(labels, key);
    }
    this.#next();
    switch (operator) {
      case '=':
      case '==': {
        const value = this.#value();
        return labels => Object.hasOwn(labels, key) && labels[key] === value;
      }
      case '!=': {
        const value = this.#value();
        return labels => !Object.hasOwn(labels, key) || labels[key] !== value;
      }
      case 'in': {
        const values = this.#values();
        return labels => Object.hasOwn(labels, key) && values.has(labels[key]);
      }
      case 'notin': {
        const values = this.#values();
        return labels =>
          !Object.hasOwn(labels, key) || !values.has(labels[key]);
      }
      case '<':
      case '>': {
        const bound = this.#value();
        if (!/^[+-]?\d+$/.test(bound)) {
          throw badRequest(
            `values[0]: Invalid value: "${bound}": for 'Gt', 'Lt' operators, the value must be an integer`,
          );
        }
        return labels =>
          /^[+-]?\d+$/.test(labels[key] ?? '') &&
          (operator === '<'
            ? BigInt(labels[key]) < BigInt(bound)
            : BigInt(labels[key]) > BigInt(bound));
      }
      default:
        throw badRequest(
          `unable to parse requirement: found '${operator}', expected: '=', '!=', '==', 'in', notin'`,
        );
    }
  }

  #key(): string {
    const key = this.#next();
    if (key === undefined || /^[=!(),<>]/.test(key)) {
      throw badRequest(
        `unable to parse requirement: found '${
          key ?? ''
        }', expected: !, identifier, or 'end of string'`,
      );
    }
    return key;
  }

  // `a=` and `a=,b` are legal: the value is the empty string.
  #value(): string {
    const value = this.#peek();
    if (value === undefined || value === ',') {
      return '';
    }
    this.#next();
    if (/^[=!()<>]/.test(value)) {
      throw badRequest(
        `unable to parse requirement: found '${value}', expected: identifier`,
      );
    }
    return value;
  }

  #values(): Set<string> {
    const open = this.#next();
    if (open !== '(') {
      throw badRequest(
        `unable to parse requirement: found '${open ?? ''}', expected: '('`,
      );
    }
    const values = new Set<string>();
    let empty = true;
    for (;;) {
      const token = this.#next();
      if (token === ')') {
        if (empty) {
          values.add('');
        }
        return values;
      }
      if (token === ',') {
        if (empty) {
          values.add('');
        }
        empty = true;
      } else if (token === undefined || /^[=!(<>]/.test(token)) {
        throw badRequest(
          `unable to parse requirement: found '${
            token ?? ''
          }', expected: ',', or ')'`,
        );
      } else {
        values.add(token);
        empty = false;
      }
    }
  }
}

/** Parses a labelSelector with all its operators: =, ==, !=, in, notin, exists, not exists, <, >. */
export function labelSelector(text: string | null): Selector {
  if (!text?.trim()) {
    return EVERYTHING;
  }
  const requirements = new RequirementParser(text).parse();
  return object => {
    const labels: Record<string, string> = object.metadata.labels ?? {};
    return requirements.every(matches => matches(labels));
  };
}

/** Fields a kind can be selected by beyond name and namespace, as far as the real server has them. */
const FIELDS: Record<string, Record<string, (object: KubeObject) => string>> = {
  Event: {
    'involvedObject.kind': event => asText(event.involvedObject?.kind),
    'involvedObject.namespace': event =>
      asText(event.involvedObject?.namespace),
    'involvedObject.name': event => asText(event.involvedObject?.name),
    'involvedObject.uid': event => asText(event.involvedObject?.uid),
    'involvedObject.apiVersion': event =>
      asText(event.involvedObject?.apiVersion),
    'involvedObject.resourceVersion': event =>
      asText(event.involvedObject?.resourceVersion),
    'involvedObject.fieldPath': event =>
      asText(event.involvedObject?.fieldPath),
    reason: event => asText(event.reason),
    reportingComponent: event => asText(event.reportingComponent),
    source: event =>
      asText(event.source?.component) || asText(event.reportingComponent),
    type: event => asText(event.type),
  },
  Namespace: { 'status.phase': object => asText(object.status?.phase) },
  Node: {
    'spec.unschedulable': node => `${node.spec?.unschedulable ?? false}`,
  },
  Pod: {
    'spec.nodeName': pod => asText(pod.spec?.nodeName),
    'spec.restartPolicy': pod => asText(pod.spec?.restartPolicy),
    'spec.schedulerName': pod => asText(pod.spec?.schedulerName),
    'spec.serviceAccountName': pod => asText(pod.spec?.serviceAccountName),
    'status.phase': pod => asText(pod.status?.phase),
    'status.podIP': pod => asText(pod.status?.podIP),
    'status.nominatedNodeName': pod => asText(pod.status?.nominatedNodeName),
  },
  Secret: { type: secret => asText(secret.type) },
};

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** One term of a fieldSelector. */
interface FieldTerm {
  field: string;
  value: string;
  equal: boolean;
}

function fieldTerms(selector: string): FieldTerm[] {
  return selector
    .split(/(?<!\\),/)
    .filter(term => term !== '')
    .map(term => {
      const parsed = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
      if (!parsed) {
        throw badRequest(
          `invalid selector: '${selector}'; can't understand '${term}'`,
        );
      }
      const [, field, operator, value] = parsed;
      return {
        field,
        value: value.replace(/\\([\\,=])/g, '$1'),
        equal: operator !== '!=',
      };
    });
}

/** Parses a fieldSelector; a field the kind can't be selected by is a 400, as on the real server. */
export function fieldSelector(
  selector: string | null,
  resource: Resource,
): Selector {
  if (!selector) {
    return EVERYTHING;
  }
  const checks = fieldTerms(selector).map(({ field, value, equal }) => {
    const read = fieldOf(field, resource);
    return (object: KubeObject) => (read(object) === value) === equal;
  });
  return object => checks.every(check => check(object));
}

/** Kinds with fields of their own that have no field for a namespace. */
const WITHOUT_NAMESPACE = new Set(['Namespace', 'Node']);

function fieldOf(
  field: string,
  resource: Resource,
): (object: KubeObject) => string {
  const own = resource.custom ? undefined : FIELDS[resource.kind];
  if (own && Object.hasOwn(own, field)) {
    return own[field];
  }
  if (field === 'metadata.name') {
    return object => object.metadata.name;
  }
  const hasNamespace = resource.custom
    ? resource.namespaced
    : !WITHOUT_NAMESPACE.has(resource.kind);
  if (field === 'metadata.namespace' && hasNamespace) {
    return object => object.metadata.namespace ?? '';
  }
  throw badRequest(
    own || resource.custom
      ? `field label not supported: ${field}`
      : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}

/** The name a fieldSelector pins, if it does: RBAC's resourceNames apply to such a list or watch. */
export function pinnedName(selector: string | null): string | undefined {
  if (!selector) {
    return undefined;
  }
  try {
    return fieldTerms(selector).find(
      term => term.field === 'metadata.name' && term.equal,
    )?.value;
  } catch {
    return undefined;
  }
}

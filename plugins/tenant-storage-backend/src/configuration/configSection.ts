import { InputError } from '@backstage/errors';

/** An object of the configuration, read with errors that name the whole key and never show a value. */
export class ConfigSection {
  readonly #values: Record<string, unknown>;

  constructor(readonly key: string, value: unknown, known: readonly string[]) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new InputError(`${key} must be an object`);
    }
    this.#values = { ...value };
    for (const name of Object.keys(this.#values)) {
      if (!known.includes(name)) {
        throw new InputError(
          `${key}.${name} is not a known setting: use one of ${known.join(
            ', ',
          )}`,
        );
      }
    }
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined && this.#values[name] !== null;
  }

  /** As it stands there; undefined if it is not set. */
  value(name: string): unknown {
    return this.#values[name] ?? undefined;
  }

  text(
    name: string,
    form?: { pattern: RegExp; is: string },
  ): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#values[name];
    if (typeof value !== 'string' || value === '') {
      throw new InputError(
        `${this.key}.${name} must be a text that is not empty${
          form ? `: ${form.is}` : ''
        }`,
      );
    }
    if (form && !form.pattern.test(value)) {
      throw new InputError(`${this.key}.${name} must be ${form.is}`);
    }
    return value;
  }

  flag(name: string): boolean | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#values[name];
    if (typeof value !== 'boolean') {
      throw new InputError(`${this.key}.${name} must be true or false`);
    }
    return value;
  }

  /** The elements of a list, each with its whole key; none if it is not set. */
  list(name: string): Array<{ key: string; value: unknown }> {
    if (!this.has(name)) return [];
    const value = this.#values[name];
    if (!Array.isArray(value)) {
      throw new InputError(`${this.key}.${name} must be a list`);
    }
    return value.map((each: unknown, index) => ({
      key: `${this.key}.${name}[${index}]`,
      value: each,
    }));
  }

  texts(name: string, form: { pattern: RegExp; is: string }): string[] {
    return this.list(name).map(({ key, value }) => {
      if (typeof value !== 'string' || !form.pattern.test(value)) {
        throw new InputError(`${key} must be ${form.is}`);
      }
      return value;
    });
  }

  section(name: string, known: readonly string[]): ConfigSection | undefined {
    return this.has(name)
      ? new ConfigSection(`${this.key}.${name}`, this.#values[name], known)
      : undefined;
  }
}

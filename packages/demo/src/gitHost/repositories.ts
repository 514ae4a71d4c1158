import { EmulatedApi } from './emulatedApi';
import { Gate, Refusal } from './front';
import { Repository } from './repository';

/** The repositories that the Git host was seeded with; there are no others. */
export class Repositories {
  readonly #repositories: Map<string, Repository>;

  constructor(api: EmulatedApi, fullNames: readonly string[]) {
    this.#repositories = new Map(
      fullNames.map(name => [name.toLowerCase(), new Repository(api, name)]),
    );
  }

  /** Refuses with 404 for one that is not there. */
  get(fullName: string): Repository {
    const found = this.#repositories.get(fullName.toLowerCase());
    if (!found) {
      throw new Refusal(404, 'Not Found');
    }
    return found;
  }

  /** `owner/name` of each. */
  names(): string[] {
    return [...this.#repositories.values()].map(({ fullName }) => fullName);
  }

  has(fullName: string): boolean {
    return this.#repositories.has(fullName.toLowerCase());
  }
}

/** The repositories are private: to somebody without a token they don't exist. */
export const onlyKnownPeople: Gate = passage => {
  if (passage.login === undefined && /^\/repos\//.test(passage.pathname)) {
    throw new Refusal(404, 'Not Found');
  }
  return true;
};

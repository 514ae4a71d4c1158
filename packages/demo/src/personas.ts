/** Somebody who can sign in to the demo, and what there is to see as them. */
export interface Persona {
  /** Login at the demo's Git host and name of the User entity. */
  login: string;
  /** Shown in the Git host's user picker. */
  name: string;
  email: string;
  /** Groups of org.yaml that the User is a member of. */
  groups: string[];
  /** What this person does and may see, for whoever starts the demo. */
  description: string;
}

/** The people of the demo; org.yaml has a User of the same name for each. */
export const personas: readonly Persona[] = [
  {
    login: 'alice',
    name: 'Alice Albrecht',
    email: 'alice@alpha.example.com',
    groups: ['team-alpha'],
    description:
      "developer of team-alpha: sees the tenants 'alpha' (muc-1) and 'alpha-dr' (fra-2)",
  },
  {
    login: 'bob',
    name: 'Bob Brandt',
    email: 'bob@beta.example.com',
    groups: ['team-beta'],
    description:
      "developer of team-beta: sees the tenant 'beta' of both under clusters",
  },
  {
    login: 'petra',
    name: 'Petra Pauli',
    email: 'petra@platform.example.com',
    groups: ['platform'],
    description: 'platform engineer: sees every tenant',
  },
];

import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// A page full of Material UI takes its time where the machine is busy. What comes is waited for no longer than it takes; these are for
// what never comes, so that a slow machine fails no right test.
jest.setTimeout(120_000);
configure({ asyncUtilTimeout: 30_000 });

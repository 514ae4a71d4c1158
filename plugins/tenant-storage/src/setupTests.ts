import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// A page full of Material UI takes its time where the machine is busy.
jest.setTimeout(60_000);
configure({ asyncUtilTimeout: 10_000 });

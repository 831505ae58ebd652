import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** The one accent. Index 6 is the fill in the light theme, 5 in the dark one (see primaryShade). */
const accent: MantineColorsTuple = ['#EBF2FC', '#D3E3F8', '#A9C8F1', '#79A9E8', '#4C8BDD', '#2E6FCB', '#1C5CB5', '#164A93', '#123B76', '#0D2B57'];

/** Mantine greys are replaced: otherwise fields and switches turn brown in the dark theme. */
const neutralsDark: MantineColorsTuple = ['#E7ECF1', '#B6C1CC', '#95A2AF', '#71808F', '#4A5866', '#323D49', '#222A34', '#191F27', '#141A21', '#10151B'];
const neutralsLight: MantineColorsTuple = ['#F3F5F8', '#ECEFF3', '#E0E5EB', '#D4DAE1', '#B9C2CC', '#7D8996', '#5C6875', '#465260', '#2C3743', '#17202A'];

/** What cannot be undone: the fills of --c-emg, so that white words on them can be read (WCAG 2.1 AA). */
const red: MantineColorsTuple = ['#FDECEC', '#F8D3D4', '#EBA9AB', '#DE7F82', '#D9585D', '#D0393F', '#C4232B', '#AE1820', '#8C1218', '#7B3033'];

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 5 },
  colors: { accent, red, dark: neutralsDark, gray: neutralsLight },
  black: '#17202A',
  fontFamily: "'Inter Variable', 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "'JetBrains Mono', Consolas, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.45', lg: '1.4', xl: '1.3' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '2px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  defaultRadius: 'sm',
  focusRing: 'always',
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '20px', lineHeight: '28px' }, h2: { fontSize: '16px', lineHeight: '24px' }, h3: { fontSize: '14px', lineHeight: '20px' } } },
  components: {
    Button: { defaultProps: { size: 'sm' }, styles: { label: { fontWeight: 500 } } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', checkIconPosition: 'right' } },
    Autocomplete: { defaultProps: { size: 'sm' } },
    Textarea: { defaultProps: { size: 'sm', autosize: true } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
  },
});

/** Tokens are named by role, not by shade: screens write var(--c-…), never hex. */
export const tokens = {
  light: {
    '--c-page': '#F3F5F8', '--c-surface': '#FFFFFF', '--c-surface-2': '#ECEFF3', '--c-hover': '#E6EBF1',
    '--c-line': '#D4DAE1', '--c-line-strong': '#7D8996',
    '--c-text': '#17202A', '--c-text-2': '#465260', '--c-text-3': '#5C6875',
    '--c-accent': '#1C5CB5', '--c-accent-text': '#174F9E', '--c-accent-bg': '#E8F0FB', '--c-on-accent': '#FFFFFF', '--c-focus': '#1C5CB5',
    '--c-emg': '#C4232B', '--c-emg-text': '#AE1820', '--c-emg-bg': '#FDECEC', '--c-emg-line': '#EBA9AB', '--c-on-emg': '#FFFFFF',
    '--c-plan': '#E3A008', '--c-plan-text': '#7A5200', '--c-plan-bg': '#FFF4D6', '--c-plan-line': '#E2C169', '--c-on-plan': '#2B1D00',
    '--c-paid': '#22804A', '--c-paid-text': '#1A6A3B', '--c-paid-bg': '#E3F4E9', '--c-paid-line': '#9CCFAF', '--c-on-paid': '#FFFFFF',
    '--c-shadow': '0 1px 2px rgba(20,30,45,.08)',
  },
  dark: {
    '--c-page': '#10151B', '--c-surface': '#191F27', '--c-surface-2': '#222A34', '--c-hover': '#2A3440',
    '--c-line': '#323D49', '--c-line-strong': '#71808F',
    '--c-text': '#E7ECF1', '--c-text-2': '#B6C1CC', '--c-text-3': '#95A2AF',
    '--c-accent': '#2E6FCB', '--c-accent-text': '#8BBBF5', '--c-accent-bg': '#17293F', '--c-on-accent': '#FFFFFF', '--c-focus': '#79A9E8',
    '--c-emg': '#D0393F', '--c-emg-text': '#FF9A97', '--c-emg-bg': '#3A1719', '--c-emg-line': '#7B3033', '--c-on-emg': '#FFFFFF',
    '--c-plan': '#E3A92B', '--c-plan-text': '#F3C655', '--c-plan-bg': '#33290F', '--c-plan-line': '#6B5519', '--c-on-plan': '#2B1D00',
    '--c-paid': '#27804B', '--c-paid-text': '#7AD79D', '--c-paid-bg': '#11301E', '--c-paid-line': '#2B6142', '--c-on-paid': '#FFFFFF',
    '--c-shadow': 'none',
  },
} as const;

export const resolver: CSSVariablesResolver = () => ({
  variables: {},
  light: { ...tokens.light, '--mantine-color-body': '#F3F5F8', '--mantine-color-text': '#17202A', '--mantine-color-dimmed': '#465260', '--mantine-color-default-border': '#7D8996', '--mantine-color-placeholder': '#5C6875' },
  dark: { ...tokens.dark, '--mantine-color-body': '#10151B', '--mantine-color-text': '#E7ECF1', '--mantine-color-dimmed': '#B6C1CC', '--mantine-color-default': '#191F27', '--mantine-color-default-hover': '#2A3440', '--mantine-color-default-border': '#71808F', '--mantine-color-placeholder': '#95A2AF' },
});

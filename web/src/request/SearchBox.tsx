import { Combobox, TextInput, useCombobox } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, type ReactNode, type Ref } from "react";

type Props<T> = {
  label: string;
  placeholder: string;
  typed: string;
  onType: (text: string) => void;
  items: readonly T[];
  keyOf: (item: T) => number | string;
  row: (item: T) => ReactNode;
  onPick: (item: T) => void;
  /** What stands in the list when it is empty; nothing: the list is closed. */
  empty: string | null;
  error?: string | undefined;
  hint?: string | undefined;
  autoFocus?: boolean | undefined;
  disabled?: boolean | undefined;
  inputRef?: Ref<HTMLInputElement> | undefined;
};

/** A text field that finds: the best match is marked, ↓ ↑ choose, Enter takes, Esc closes the list and then clears. */
export function SearchBox<T>(props: Props<T>) {
  const { items, keyOf, row, typed, onType, onPick, empty } = props;
  const combobox = useCombobox();
  const first = items[0] === undefined ? undefined : keyOf(items[0]);
  useEffect(() => {
    if (items.length > 0) combobox.selectFirstOption();
    // The store is new at each render; the best match is marked only when the list changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [first, items.length]);
  const take = (value: string) => {
    const item = items.find((i) => String(keyOf(i)) === value);
    if (!item) return;
    combobox.closeDropdown();
    onPick(item);
  };
  return (
    <Combobox store={combobox} onOptionSubmit={take} shadow="md">
      <Combobox.Target>
        <TextInput
          label={props.label}
          placeholder={props.placeholder}
          description={props.hint}
          error={props.error}
          value={typed}
          disabled={props.disabled ?? false}
          ref={props.inputRef}
          autoFocus={props.autoFocus ?? false}
          role="combobox"
          autoComplete="off"
          spellCheck={false}
          leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
          inputWrapperOrder={["label", "input", "description", "error"]}
          onChange={(e) => {
            onType(e.currentTarget.value);
            combobox.openDropdown();
          }}
          onFocus={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          onKeyDown={(e) => {
            if (e.key === "Escape" && typed && !combobox.dropdownOpened) onType("");
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={items.length === 0 && empty === null}>
        <Combobox.Options mah={320} style={{ overflowY: "auto" }}>
          {items.map((item) => (
            <Combobox.Option key={keyOf(item)} value={String(keyOf(item))}>
              {row(item)}
            </Combobox.Option>
          ))}
          {items.length === 0 && empty !== null && <Combobox.Empty>{empty}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

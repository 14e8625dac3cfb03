"""Every sentence the `xhht` command says to the analyst, in Vietnamese."""

PARAMETER_WITHOUT_VALUE = "Tham số «{pair}» thiếu giá trị; viết: -p tên=giá_trị."
PARAMETER_UNKNOWN = "Không sổ tay nào có tham số «{name}». Có phải: {near}"
PARAMETER_TYPE = "Tham số «{name}» cần kiểu {type_name}; không hiểu «{text}»."
NOTEBOOK_FAILED = (
    "Sổ tay {notebook} dừng ở ô {cell} («{line}»): {cause}\n{remedy}"
    "Kết quả của lần chạy trước vẫn giữ nguyên."
)
REMEDIES = {
    "No space left": "Ổ đĩa đầy: hãy dọn bớt rồi chạy lại. ",
    "Permission denied": "Không có quyền ghi: hãy chọn thư mục khác bằng --out. ",
    "Read-only file system": "Ổ đĩa chỉ cho đọc: hãy chọn thư mục khác bằng --out. ",
    "MemoryError": "Máy thiếu bộ nhớ: hãy đóng bớt chương trình đang mở rồi chạy lại. ",
}
KERNEL_FAILED = (
    "Sổ tay {notebook} không chạy hết, dừng ở ô «{line}»: {cause}\n"
    "Thường là máy thiếu bộ nhớ: hãy đóng bớt chương trình đang mở rồi chạy lại;"
    " kết quả trước vẫn giữ nguyên."
)
TOO_SLOW = (
    "Sổ tay {notebook} chạy quá {seconds:.0f} giây, dừng ở ô «{line}».\n"
    "Nếu máy chậm, hãy tăng giới hạn ở mục limits trong config/run.yml;"
    " kết quả trước vẫn giữ nguyên."
)
TABLE_CHANGED = (
    "Bảng {path} không còn đúng như lần chạy đã ghi ra (bị sửa, hỏng hoặc ghi dở).\n"
    "Hãy chạy «xhht run»: các bước từ tiếp nhận số liệu được làm lại."
)
INPUT_MOVED = "Tệp đầu vào thay đổi trong lúc chạy; chưa công bố gì, hãy chạy lại."
INTERRUPTED = "Đã dừng theo yêu cầu; kết quả của lần chạy trước vẫn giữ nguyên."
BAD_RUN_SETTINGS = "Không đọc được {path}: {cause}. Hãy sửa theo mẫu ghi trong tệp."
PROVENANCE = {
    "inputs": "Tệp đầu vào",
    "code": "Mã, cấu hình",
    "versions": "Gói phần mềm",
    "parameters": "Tham số",
}
REPLACES = (
    "Khác lần công bố trước của cùng ngày số liệu (chạy xong {finished_at}): {changed_files}. Vì:"
)
NO_CAUSE = "không rõ: đầu vào, mã, gói phần mềm và tham số đều như cũ"
FAILED_UNITS = "Đơn vị chưa lập được trang"
UNIT_LOST = "mất kết nối với máy chạy ({cause}); chạy lại lệnh để lập tiếp."
FATES = {"added": "thêm", "removed": "không còn", "changed": "đã sửa"}
NOTEBOOK_NOT_WHOLE = "Sổ tay {notebook} bị ngắt giữa chừng; kết quả không được công bố."
NO_RAW_DIR = "Không thấy thư mục số liệu {path}."
NO_SUBMISSIONS = (
    "Thư mục {path} chưa có thư mục con nào mang tên ngày nhận (ví dụ 2026-11-20).\n"
    "Hãy đặt các tệp đã nhận vào data/raw/<ngày nhận>/, hoặc chạy thử: xhht run --sample."
)
BAD_DATE = "«{text}» không phải ngày; viết theo dạng 2026-11-30."
NOTHING_BY_THEN = "Đến ngày {as_of} chưa nhận được tệp nào trong {path}."
LOCKED = "Đang có một lần chạy khác ghi vào {path}; hãy đợi lần chạy đó xong rồi chạy lại."
STAGE_MADE_NOTHING = "Sổ tay {notebook} chạy xong nhưng thiếu: {missing}."
NOTHING_ON_DISK = "Chưa có bảng nào trong {path}; hãy chạy «xhht run» hoặc «xhht intake» trước."
FILE_BUSY = (
    "Không ghi được {path}: {cause}. Nếu tệp đang mở trong Excel hay Word, hãy đóng lại;"
    " nếu ổ đĩa đầy, hãy dọn bớt; nếu thư mục chỉ cho đọc, hãy chọn thư mục khác bằng --out."
    " Kết quả của lần chạy trước vẫn đọc được."
)
NO_PDF = (
    "Chưa có bản PDF vì máy này không có Edge, Chrome hay Chromium;"
    " mở trang báo cáo rồi in ra PDF cũng được bản như vậy."
)
RUN_DONE = "Xong. Kết quả ở:"
NO_RUN = "Chưa có lần chạy nào ở {path}."
UNKNOWN_RUN = "Không thấy lần chạy {as_of} trong {path}. Đã có: {known}."
UNKNOWN_UNIT = "Không có đơn vị hay cơ quan mang mã «{code}»."
STAGES = {
    "01_intake": "Tiếp nhận số liệu",
    "02_backtest": "Dự báo hồi cứu",
    "03_forecast": "Dự báo, khả năng đạt",
    "04_figures": "Hình",
    "05_committee_report": "Báo cáo",
    "06_unit_report": "Trang đơn vị",
    "documents": "Word, Excel, PDF",
}
STATUS = {
    "done": "xong",
    "skipped": "không đổi",
    "failed": "hỏng",
    "stale": "đã cũ, cần chạy lại",
}
SUMMARY_TITLE = "Số liệu nhận đến {as_of}"
SUMMARY_COLUMNS = ("Bước", "Kết quả", "Giây")
SCHEDULE_ONE_OF = "Chọn đúng một cách: --weekly mon, --daily hoặc --on 2026-11-25."
SCHEDULE_BAD_TIME = "Không hiểu giờ hoặc ngày: «{at}» «{day}»; ví dụ --at 06:00 --weekly mon."
SCHEDULE_WRITTEN = "Đã ghi lịch chạy {when} (giờ Việt Nam):"
SCHEDULE_INSTALL = "Để cài, chạy (hoặc thêm --install):"
SCHEDULE_NOTE = {
    "cron": "cron không chạy bù lần bị lỡ khi máy tắt; systemd và Windows thì có.",
    "systemd": "Máy tắt lúc đến giờ thì lần chạy được bù khi máy bật lại (Persistent).",
    "windows": "Máy tắt lúc đến giờ thì lần chạy được bù khi máy bật lại.",
}
SCHEDULE_INSTALLED = "Đã cài lịch chạy."
OUTPUT_CHANGED = "Kết quả đã bị sửa hoặc mất sau khi chạy"
RERUN_FAILED = "Không chạy lại được"
SAME_ANYWAY = "Khác với lúc chạy, nhưng kết quả vẫn khớp"
RERUN_DIFFERS = "Chạy lại cho kết quả khác"
VERIFIED = "Lần chạy {as_of}: đầu vào, kết quả và lần chạy lại khớp từng byte."
LEDGER_COLUMNS = ("Số liệu đến", "Chạy xong lúc (UTC)", "Kết quả", "Giây", "Loại", "Ghi chú")
RUN_STATUS = {"done": "xong", "failed": "hỏng"}
DATA_KIND = {True: "minh hoạ", False: "thật"}
NO_DASK = "Chưa cài dask.distributed; cài thêm: pip install 'xhht_analysis[scale]'."
DASK_SILENT = "Không kết nối được bộ điều phối Dask ở {address}: {cause}"
UNITS_FAILED = "{failed} trên {total} trang đơn vị không lập được: {names}"
SAMPLE_MARK = "SỐ LIỆU MINH HOẠ"
SUMMARY_TABLES = {
    "submissions": "Tệp đã nhận",
    "panel": "Số liệu được dùng",
    "rejects": "Ô, tệp không dùng được",
    "findings": "Điểm cần kiểm tra lại",
    "verdicts": "Đánh giá mục tiêu",
}
NO_KERNEL = "Môi trường thiếu kernel Python ({cause}); chạy lại: python run.py."
UNIT_OR_AGENCY = "Cho biết đúng một trong hai: --unit MÃ_ĐƠN_VỊ hoặc --agency MÃ_CƠ_QUAN."
NO_FILE = "Không thấy tệp {path}."
CORRECTED = "Đã thêm {n} dòng đính chính vào {path}."
CHECK_CLEAN = "{file}: không thấy gì sai."
CHECK_TITLE = "{file}: {n} điểm cần xem"
CHECK_LINE = "  [{kind_vi}] {sheet} ô {cell}: «{raw}» ({rule})\n      {message}"
KINDS = {"reject": "không dùng được", "finding": "cần kiểm tra lại"}
STATUS_COLUMNS = ("Đơn vị, cơ quan", "Tình trạng", "Ngày nhận", "Còn thiếu")
